"""Programmes, members, contributions, cover and cards."""
