"""Sealing: only the right key, for the right person, opens a block that nobody touched."""

from uuid import UUID, uuid5

import pytest
from pydantic import BaseModel

from chassis.sealing import (
    KeyWrap,
    SealBroken,
    lookup_hash,
    masked,
    new_keys,
    open_sealed,
    seal,
)
from contracts.sealed import Sealed

ANNA = uuid5(UUID(int=0), "anna")
BERTA = uuid5(UUID(int=0), "berta")


class Person(BaseModel):
    name: str
    number: str


class Address(BaseModel):
    street: str


PERSON = Person(name="Anna Contoh", number="5371010101900001")


def sealed(key: bytes) -> Sealed:
    return seal(PERSON, subject=ANNA, holder="keeper", kind="person", version=1, key=key)


def test_a_sealed_block_opens_with_its_key_and_shows_nothing_without() -> None:
    (key,) = new_keys(1)
    block = sealed(key)
    assert open_sealed(block, key, Person) == PERSON
    assert "Anna" not in block.model_dump_json()
    assert b"Anna" not in block.ciphertext


def test_a_sealed_block_survives_its_journey_as_json() -> None:
    (key,) = new_keys(1)
    block = sealed(key)
    arrived = Sealed.model_validate_json(block.model_dump_json())
    assert arrived == block
    assert open_sealed(arrived, key, Person) == PERSON


@pytest.mark.parametrize(
    "change",
    [
        {"subject": BERTA},
        {"kind": "address"},
        {"version": 2},
        {"nonce": bytes(12)},
        {"ciphertext": bytes(40)},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_block_that_was_altered_does_not_open(change: dict[str, object]) -> None:
    (key,) = new_keys(1)
    altered = sealed(key).model_copy(update=change)
    with pytest.raises(SealBroken):
        open_sealed(altered, key, Person)


def test_another_persons_key_does_not_open_a_block() -> None:
    key, other = new_keys(2)
    with pytest.raises(SealBroken, match=str(ANNA)):
        open_sealed(sealed(key), other, Person)


def test_a_block_of_another_model_is_refused_without_its_content() -> None:
    (key,) = new_keys(1)
    with pytest.raises(SealBroken) as refusal:
        open_sealed(sealed(key), key, Address)
    assert "Anna" not in str(refusal.value)
    assert refusal.value.__cause__ is None
    assert refusal.value.__suppress_context__


def test_sealing_twice_never_gives_the_same_bytes() -> None:
    (key,) = new_keys(1)
    assert sealed(key).nonce != sealed(key).nonce
    assert sealed(key).ciphertext != sealed(key).ciphertext


def test_keys_drawn_together_are_whole_and_all_different() -> None:
    keys = new_keys(1000)
    assert {len(key) for key in keys} == {32}
    assert len(set(keys)) == 1000
    assert new_keys(0) == []


def test_a_wrapped_key_comes_back_only_for_its_subject_and_under_its_master_key() -> None:
    master, other_master, key = new_keys(3)
    wrapped = KeyWrap(master).wrap(ANNA, key)
    assert key not in wrapped
    assert KeyWrap(master).unwrap(ANNA, wrapped) == key
    with pytest.raises(SealBroken):
        KeyWrap(master).unwrap(BERTA, wrapped)
    with pytest.raises(SealBroken):
        KeyWrap(other_master).unwrap(ANNA, wrapped)


@pytest.mark.parametrize("length", [0, 5, 20, 59])
def test_a_wrapped_key_that_was_cut_short_does_not_open(length: int) -> None:
    master, key = new_keys(2)
    with pytest.raises(SealBroken):
        KeyWrap(master).unwrap(ANNA, KeyWrap(master).wrap(ANNA, key)[:length])


def test_a_number_is_found_by_its_hash_only_with_the_same_pepper() -> None:
    pepper, other = new_keys(2)
    assert lookup_hash(pepper, "5371010101900001") == lookup_hash(pepper, "5371010101900001")
    assert lookup_hash(pepper, "5371010101900001") != lookup_hash(pepper, "5371010101900002")
    assert lookup_hash(pepper, "5371010101900001") != lookup_hash(other, "5371010101900001")
    assert len(lookup_hash(pepper, "1")) == 32


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("5371010101900001", "5371********0001"),
        ("0012345678", "00******78"),
        ("123", "***"),
        ("", ""),
    ],
)
def test_masking_shows_the_ends_and_never_more_than_half(number: str, shown: str) -> None:
    assert masked(number) == shown
