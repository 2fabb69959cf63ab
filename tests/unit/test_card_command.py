"""`tameng card verify`: a card is checked without a connection."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from services.enrollment.adapters.card_tokens import CardSigner, public_jwks
from tameng import card
from tameng.problems import Problem
from tests.cards import KEY, OTHER_KEY, face

TOKEN = CardSigner(KEY).token(face())
app = typer.Typer()
app.add_typer(card.commands, name="card")


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    return written(tmp_path / "keys.json", public_jwks(KEY))


def written(file: Path, content: object) -> Path:
    file.write_text(json.dumps(content))
    return file


def verified(token: str, *options: str | Path) -> Result:
    return run(["card", "verify", token, *map(str, options)])


def run(words: Sequence[str]) -> Result:
    return CliRunner().invoke(app, words, terminal_width=100)


def test_a_genuine_card_is_valid_and_says_whose_it_is(keys: Path) -> None:
    answer = verified(TOKEN, "--key", keys)
    assert answer.exit_code == 0
    for line in (
        "valid", "Maria Goreti Nahak", "25000000001", "Perlindungan Pekerja Rentan NTT 2025",
        "2025-07-09", str(face().card_id), "lost cards: not checked",
    ):  # fmt: skip
        assert line in answer.output


@pytest.mark.parametrize(
    ("token", "slug"),
    [
        (CardSigner(OTHER_KEY).token(face()), "card-forged"),
        (TOKEN[:-20] + "A" * 20, "card-forged"),
        ("https://example.org", "card-unreadable"),
    ],
)
def test_a_card_that_is_not_ours_is_refused_with_the_reason(
    keys: Path, token: str, slug: str
) -> None:
    answer = verified(token, "--key", keys)
    assert answer.exit_code == 1
    assert f"REFUSED ({slug}): " in answer.output
    assert "valid" not in answer.output


def test_a_lost_card_is_refused_and_another_one_passes(keys: Path, tmp_path: Path) -> None:
    revoked = written(
        tmp_path / "revoked.json",
        {"card_ids": [str(face().card_id).upper()], "as_of": "2025-08-01T00:00:00Z"},
    )
    lost = verified(TOKEN, "--key", keys, "--revoked", revoked)
    assert (lost.exit_code, "card-revoked" in lost.output) == (1, True)
    fresh = verified(CardSigner(KEY).token(face(2)), "--key", keys, "--revoked", revoked)
    assert (fresh.exit_code, "as of 2025-08-01" in fresh.output) == (0, True)


@pytest.mark.parametrize(
    "content", [[], {}, {"keys": [public_jwks(KEY)["keys"][0] | {"d": "AA"}]}, "x"]
)
def test_a_file_without_public_keys_is_a_problem(tmp_path: Path, content: object) -> None:
    answer = verified(TOKEN, "--key", written(tmp_path / "keys.json", content))
    assert isinstance(answer.exception, Problem)
    assert "holds no public keys of cards" in str(answer.exception)


@pytest.mark.parametrize("content", [[], {"card_ids": "x"}, {"card_ids": ["1"], "as_of": "now"}])
def test_a_file_of_lost_cards_that_is_none_is_a_problem(
    keys: Path, tmp_path: Path, content: object
) -> None:
    file = written(tmp_path / "revoked.json", content)
    answer = verified(TOKEN, "--key", keys, "--revoked", file)
    assert isinstance(answer.exception, Problem)
    assert "GET /cards/revocations" in str(answer.exception)


def test_a_missing_file_is_a_problem(tmp_path: Path) -> None:
    answer = verified(TOKEN, "--key", tmp_path / "missing.json")
    assert isinstance(answer.exception, Problem)
    assert "cannot read" in str(answer.exception)


def test_help_shows_an_example() -> None:
    shown = run(["card", "verify", "--help"]).output
    assert "Example: tameng card verify" in shown
    assert "--revoked" in shown
