"""The tests, by height: unit, contracts, component, integration, journeys, architecture."""
