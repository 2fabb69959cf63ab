"""Settings: a service that lacks something does not start, and says what in one line."""

import base64
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from pydantic import ValidationError
from pydantic_settings import SettingsConfigDict

from chassis.clock import clock_of, move, real_now
from chassis.settings import SealingSettings, SettingsInvalid, load


class ThingSettings(SealingSettings):
    model_config = SettingsConfigDict(env_prefix="THING_")


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    (tmp_path / "kafka-thing.password").write_text("hunter2\n")
    (tmp_path / "jwks.json").write_text('{"keys": []}')
    (tmp_path / "master").write_text(base64.b64encode(bytes(range(32))).decode() + "\n")
    move(tmp_path / "clock", real_now().replace(year=2025))
    given = {
        "MODE": "development",
        "DATABASE_URL": "postgresql+asyncpg://thing:hunter2@127.0.0.1/thing",
        "KAFKA": "127.0.0.1:9092",
        "KAFKA_USER": "thing",
        "KAFKA_PASSWORD_FILE": str(tmp_path / "kafka-thing.password"),
        "PORT": "8001",
        "JWKS_FILE": str(tmp_path / "jwks.json"),
        "MASTER_KEY_FILE": str(tmp_path / "master"),
    }
    for name, value in given.items():
        monkeypatch.setenv(f"THING_{name}", value)
    return monkeypatch


def refusal() -> str:
    with pytest.raises(SettingsInvalid) as raised:
        load(ThingSettings)
    return str(raised.value)


def test_a_complete_environment_starts_with_the_defaults(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("THING_CLOCK_FILE", "")
    settings = load(ThingSettings)
    assert settings.host == "127.0.0.1"
    assert settings.topic_prefix == ""
    assert settings.token_issuer == "tameng"
    assert settings.master_key() == bytes(range(32))
    assert clock_of(settings) is real_now


def test_secrets_do_not_show_when_settings_are_printed(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("THING_OWNER_DATABASE_URL", "postgresql+asyncpg://o:hunter2@h/d")
    assert "hunter2" not in repr(load(ThingSettings))
    assert load(ThingSettings).owner_url().endswith("hunter2@h/d")


def test_settings_do_not_change(environment: pytest.MonkeyPatch) -> None:  # noqa: ARG001
    settings = load(ThingSettings)
    with pytest.raises(ValidationError):
        settings.port = 1  # type: ignore[misc]


def test_missing_and_wrong_variables_are_named_in_one_line_without_values(
    environment: pytest.MonkeyPatch,
) -> None:
    environment.delenv("THING_KAFKA")
    environment.setenv("THING_DATABASE_URL", "mysql://root:hunter2@host/db")
    environment.setenv("THING_PORT", "70000")
    line = refusal()
    assert "THING_KAFKA: missing" in line
    assert "THING_DATABASE_URL: must start with postgresql+asyncpg://" in line
    assert "THING_PORT: " in line
    assert "hunter2" not in line
    assert "\n" not in line


def test_production_is_the_default_and_refuses_a_simulated_clock(
    environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    environment.setenv("THING_CLOCK_FILE", str(tmp_path / "clock"))
    assert clock_of(load(ThingSettings))().year == 2025
    environment.setenv("THING_MODE", "production")
    assert refusal() == "THING_CLOCK_FILE: production runs on real time, unset it"
    environment.delenv("THING_MODE")
    assert refusal() == "THING_CLOCK_FILE: production runs on real time, unset it"


def test_production_lets_nobody_onto_the_bus_without_a_password(
    environment: pytest.MonkeyPatch,
) -> None:
    brokers = load(ThingSettings).brokers()
    assert (brokers.security, brokers.password()) == ("sasl_ssl", "hunter2")
    assert "hunter2" not in repr(brokers)
    environment.delenv("THING_KAFKA_USER")
    assert (
        refusal() == "THING_KAFKA_USER, THING_KAFKA_PASSWORD_FILE: missing, sasl_ssl asks for both"
    )
    environment.setenv("THING_KAFKA_SECURITY", "plaintext")
    assert load(ThingSettings).kafka_security == "plaintext"
    environment.delenv("THING_MODE")
    assert refusal().startswith("THING_KAFKA_SECURITY: on plaintext anybody may write events, set ")


def test_production_refuses_a_password_that_anybody_could_guess(
    environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "kafka").write_text("k" * 32)
    environment.setenv("THING_KAFKA_USER", "thing")
    environment.setenv("THING_KAFKA_PASSWORD_FILE", str(tmp_path / "kafka"))
    environment.setenv("THING_MODE", "production")
    line = refusal()
    assert line.startswith("THING_DATABASE_URL: its password has fewer than 16 characters")
    assert "hunter2" not in line
    (tmp_path / "database").write_text("as long/as @ made by chance\n")
    environment.setenv("THING_DATABASE_PASSWORD_FILE", str(tmp_path / "database"))
    address = load(ThingSettings).database_url.get_secret_value()
    assert urlsplit(address).password == "as%20long%2Fas%20%40%20made%20by%20chance"
    environment.setenv("THING_DATABASE_PASSWORD_FILE", str(tmp_path / "gone"))
    assert refusal().startswith(f"THING_DATABASE_PASSWORD_FILE: cannot read {tmp_path / 'gone'}")


@pytest.mark.parametrize("name", ["JWKS_FILE", "CLOCK_FILE", "MASTER_KEY_FILE"])
def test_a_missing_file_is_named(
    environment: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    environment.setenv(f"THING_{name}", str(tmp_path / "gone"))
    assert f"THING_{name}: " in refusal()
    assert str(tmp_path / "gone") in refusal()


@pytest.mark.parametrize("content", ["c2hvcnQ=", "not base64!", "", 43 * "A" + "="])
def test_a_master_key_that_is_no_key_is_refused_without_showing_it(
    environment: pytest.MonkeyPatch, tmp_path: Path, content: str
) -> None:
    (tmp_path / "bad").write_text(content)
    environment.setenv("THING_MASTER_KEY_FILE", str(tmp_path / "bad"))
    assert refusal().startswith("THING_MASTER_KEY_FILE: ")
    assert not content or content not in refusal()


def test_the_owners_address_is_asked_for_when_it_is_needed(
    environment: pytest.MonkeyPatch,  # noqa: ARG001
) -> None:
    with pytest.raises(SettingsInvalid, match="THING_OWNER_DATABASE_URL: missing"):
        load(ThingSettings).owner_url()
