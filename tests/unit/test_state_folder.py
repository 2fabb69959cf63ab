"""The state folder and the keys in it."""

import base64
import socket
import stat
from datetime import timedelta
from pathlib import Path

import jwt
import pytest
from jwt import PyJWKSet

from chassis.clock import real_now
from tameng import ports, state, tokens
from tameng.keys import Keys
from tameng.problems import Problem


def test_a_second_tameng_in_the_same_folder_is_refused(tmp_path: Path) -> None:
    with state.opened(tmp_path, fresh=False, say=print):
        assert state.is_held(tmp_path)
        with (
            pytest.raises(Problem, match=r"another tameng \(process \d+\) is running"),
            state.opened(tmp_path, fresh=True, say=print),
        ):
            pass
    assert not state.is_held(tmp_path)


def test_a_folder_of_something_else_is_never_wiped(tmp_path: Path) -> None:
    thesis = tmp_path / "thesis.txt"
    thesis.write_text("years of work")
    with (
        pytest.raises(Problem, match="not Tameng's"),
        state.opened(tmp_path, fresh=True, say=print),
    ):
        pass
    assert thesis.read_text() == "years of work"


def test_a_full_disk_is_noticed_before_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(state, "FREE_DISK_BYTES_MIN", 1 << 60)
    with (
        pytest.raises(Problem, match="MiB are free on the disk"),
        state.opened(tmp_path, fresh=False, say=print),
    ):
        pass


def test_ports_are_kept_from_run_to_run(tmp_path: Path) -> None:
    with state.opened(tmp_path, fresh=True, say=print) as first:
        port = first.port("kafka")
        assert first.port("postgres") != port
    with state.opened(tmp_path, fresh=False, say=print) as second:
        assert second.port("kafka") == port


def test_a_port_that_another_program_took_is_given_up_with_a_line(tmp_path: Path) -> None:
    lines: list[str] = []
    with state.opened(tmp_path, fresh=True, say=lines.append) as held:
        port = held.port("kafka")
        with socket.socket() as stranger:
            stranger.bind((ports.LOCALHOST, port))
            stranger.listen()
            moved = held.port("kafka")
    assert moved != port
    assert lines == [f"kafka moves to port {moved}: another program has taken {port}"]


def test_a_fresh_start_forgets_the_day_and_keeps_the_keys(tmp_path: Path) -> None:
    with state.opened(tmp_path, fresh=False, say=print) as first:
        (first.folder("kafka") / "records").write_text("a day")
        first.remember_origin("kafka", "embedded")
        password = Keys(first.path / "keys").password("postgres")
        run = first.run
    with state.opened(tmp_path, fresh=False, say=print) as resumed:
        assert (resumed.path / "kafka" / "records").exists()
        assert resumed.origin("kafka") == "embedded"
        assert resumed.run == run
    with state.opened(tmp_path, fresh=True, say=print) as fresh:
        assert not (fresh.path / "kafka").exists()
        assert fresh.origin("kafka") is None
        assert fresh.run != run
        assert Keys(fresh.path / "keys").password("postgres") == password


def test_keys_are_made_once_and_for_their_owner_only(tmp_path: Path) -> None:
    keys = Keys(tmp_path / "keys")
    files = [
        keys.master_key_file("claims"),
        keys.pepper_file(),
        keys.rail_secret_file(),
        keys.audit_signing_key_file(),
        keys.issuer_key_file(),
        keys.jwks_file(),
        keys.password_file("postgres"),
    ]
    before = [file.read_bytes() for file in files]
    assert all(stat.S_IMODE(file.stat().st_mode) == 0o600 for file in files)
    assert len(base64.b64decode(keys.master_key_file("claims").read_bytes())) == 32
    assert keys.master_key_file("banking").read_bytes() != before[0]
    again = Keys(tmp_path / "keys")
    assert again.jwks_file().read_bytes() == before[5]
    assert [file.read_bytes() for file in files] == before


def test_a_token_passes_the_published_key_set(tmp_path: Path) -> None:
    keys = Keys(tmp_path / "keys")
    token = tokens.mint(
        key=keys.issuer_key(),
        role="branch",
        area="53.71",
        name="Maria",
        now=real_now(),
        lifetime=timedelta(minutes=5),
    )
    published = PyJWKSet.from_json(keys.jwks_file().read_text())
    key = published[jwt.get_unverified_header(token)["kid"]]
    claims = jwt.decode(token, key, algorithms=["ES256"], audience="tameng", issuer="tameng")
    assert (claims["sub"], claims["role"], claims["area"]) == ("Maria", "branch", "53.71")
    assert claims["exp"] - claims["iat"] == 300
    old = tokens.mint(
        key=keys.issuer_key(),
        role="branch",
        area="53.71",
        name="Maria",
        now=real_now() - timedelta(days=2),
    )
    with pytest.raises(jwt.ExpiredSignatureError):
        jwt.decode(old, key, algorithms=["ES256"], audience="tameng", issuer="tameng")
