"""What services promise each other, and what they do with it."""

import pytest

from contracts.catalogue import EVENTS, OWNERS, events_of
from tests.architecture.repository import SERVICES, service

AUDIT = "audit"
"""Reads everything and is nobody's named reader."""


def test_every_service_has_contracts_and_every_contract_a_service() -> None:
    assert set(SERVICES) == set(OWNERS)


@pytest.mark.parametrize("name", SERVICES)
def test_every_event_of_an_owner_has_a_projection(name: str) -> None:
    assert set(service(name).projections.event_types) == set(events_of(name))


@pytest.mark.parametrize("name", [name for name in SERVICES if name != AUDIT])
def test_a_service_handles_just_the_events_that_name_it_as_their_reader(name: str) -> None:
    named = {event.type for event in EVENTS.values() if name in event.readers}
    assert set(service(name).handlers.event_types) == named


@pytest.mark.parametrize("name", [name for name in SERVICES if name != AUDIT])
def test_a_service_listens_to_the_owners_of_what_it_handles(name: str) -> None:
    owners = {event_type.partition(".")[0] for event_type in service(name).handlers.event_types}
    assert set(service(name).listens_to) == owners
    assert name not in owners


def test_the_audit_listens_to_everybody_and_is_not_named() -> None:
    assert set(service(AUDIT).listens_to) == set(SERVICES)
    assert not [event.type for event in EVENTS.values() if AUDIT in event.readers]


@pytest.mark.parametrize("event_type", EVENTS)
def test_an_event_is_named_after_its_owner_and_keyed_by_one_of_its_fields(event_type: str) -> None:
    event = EVENTS[event_type]
    owner, _, rest = event_type.partition(".")
    assert event in events_of(owner).values()
    assert rest.rpartition(".v")[2].isdigit()
    assert event.key_field in event.model_fields
    assert set(event.readers) <= set(SERVICES) - {owner}
