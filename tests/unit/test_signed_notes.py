"""Notes and checkpoints are those of C2SP, and none passes that was not signed."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.audit.rules import notes
from services.audit.rules.merkle import leaf_hash, root_of
from services.audit.rules.notes import NoteMalformed, NotSigned, SignatureWrong, TreeHead

PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PETERS_OWN = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
TEXT = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
)
SIGNATURE = (
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdng"
    "otpRZb6KE6RyyBwJnAM=\n"
)
"""The example of the specification and of its reference implementation."""
NOTE = f"{TEXT}\n{SIGNATURE}"
KNOWN = (notes.verifier(PETER),)
HEADS = (
    TreeHead("banking.events", 10, 3, bytes(32)),
    TreeHead("audit.events", 0, 2, bytes(range(32))),
    TreeHead("banking.events", 9, 5, bytes(range(1, 33))),
)
WITNESS = notes.Signer("witness.example", Ed25519PrivateKey.from_private_bytes(bytes(32)))


def test_the_example_of_the_specification_is_signed_and_opened() -> None:
    signer = notes.signer(PETERS_OWN)
    assert str(signer.verifier) == str(KNOWN[0]) == PETER
    assert notes.signed(TEXT, signer) == NOTE
    assert notes.opened(NOTE, known=KNOWN) == notes.Opened(TEXT, ("PeterNeumann",))


@pytest.mark.parametrize(
    "malformed",
    [
        TEXT,
        f"{TEXT}\n",
        NOTE.removesuffix("\n"),
        f"\x01{NOTE}",
        NOTE.replace("— Peter", "— Peter "),
        NOTE.replace("— Peter", "- Peter"),
        f"{NOTE}Unexpected line.\n",
        f"{TEXT}\n{SIGNATURE * 101}",
    ],
)
def test_what_is_no_note_is_refused(malformed: str) -> None:
    with pytest.raises(NoteMalformed):
        notes.opened(malformed, known=KNOWN)


def test_a_note_with_any_changed_byte_is_refused() -> None:
    content = NOTE.encode()
    for at in range(len(content)):
        changed = bytearray(content)
        changed[at] ^= 1
        with pytest.raises(ValueError):  # noqa: PT011  (three kinds, all of them refusals)
            notes.opened(changed.decode(), known=KNOWN)


def test_a_wrong_signature_is_told_from_none() -> None:
    with pytest.raises(SignatureWrong):
        notes.opened(NOTE.replace("answer", "question"), known=KNOWN)
    with pytest.raises(NotSigned):
        notes.opened(NOTE, known=[WITNESS.verifier])
    twice = f"{NOTE}{SIGNATURE.replace('JnAM=', 'JnBM=')}"
    assert notes.opened(twice, known=KNOWN).signed_by == ("PeterNeumann",)


def test_a_key_that_was_changed_anywhere_is_refused() -> None:
    for at in range(len(PETER)):
        with pytest.raises(ValueError):  # noqa: PT011
            notes.verifier(PETER[:at] + chr(ord(PETER[at]) + 1) + PETER[at + 1 :])
    for wrong in (
        "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",
        "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        PETERS_OWN,
    ):
        with pytest.raises(NoteMalformed):
            notes.verifier(wrong)
    with pytest.raises(NoteMalformed):
        notes.signer(PETER)
    with pytest.raises(NoteMalformed):
        notes.Signer("two words", WITNESS.key)


def test_a_witness_cosigns_what_a_known_key_signed_and_nothing_else() -> None:
    note = notes.cosigned(NOTE, WITNESS, known=KNOWN)
    both = (*KNOWN, WITNESS.verifier)
    assert notes.opened(note, known=both).signed_by == ("PeterNeumann", "witness.example")
    assert notes.opened(note, known=KNOWN).signed_by == ("PeterNeumann",)
    with pytest.raises(SignatureWrong):
        notes.cosigned(NOTE.replace("answer", "question"), WITNESS, known=KNOWN)
    with pytest.raises(NotSigned):
        notes.cosigned(NOTE, WITNESS, known=[WITNESS.verifier])


def test_a_checkpoint_stands_as_it_was_defined() -> None:
    text = notes.checkpoint_text("tameng/archive", HEADS)
    lines = text.split("\n")
    shards = [
        "audit.events 0 2 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
        "banking.events 9 5 AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=",
        "banking.events 10 3 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
    ]
    assert lines[:2] == ["tameng/archive", "10"]
    assert lines[3:] == [*shards, ""]
    found = notes.checkpoint(text)
    assert found.root == root_of([leaf_hash(line.encode()) for line in shards])
    assert (found.origin, found.events, found.heads) == (
        "tameng/archive",
        10,
        tuple(sorted(HEADS)),
    )


def test_a_checkpoint_whose_lines_contradict_each_other_is_refused() -> None:
    text = notes.checkpoint_text("tameng/archive", HEADS)
    lines = text.split("\n")
    for wrong in (
        text.replace("\n10\n", "\n11\n"),
        text.replace(" 9 5 ", " 9 6 "),
        text.replace(" 9 5 ", " 9 05 "),
        text.replace(" 9 5 ", " 9  5 "),
        text.replace("AQID", "AQIE"),
        "\n".join([*lines[:3], lines[4], lines[3], *lines[5:]]),
        "\n".join(lines[:2]),
        text.removesuffix("\n"),
    ):
        with pytest.raises(NoteMalformed):
            notes.checkpoint(wrong)
