"""Settings from the file, the environment and the program: what is read, and what is refused."""

from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest
from flask import Flask

from promosms import create_app
from promosms.settings import ConfigError, Settings, settings, settings_of, sources
from promosms.settings.conversion import as_text, from_text

Patch = pytest.MonkeyPatch
KINDS = sorted(sources.KINDS)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: Patch) -> Path:
    """The folder of an installation that has no settings yet."""
    monkeypatch.setenv("PROMOSMS_INSTANCE", str(tmp_path))
    for name in sources.WITHOUT_PREFIX:
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def refused(folder: Path, **overrides: object) -> str:
    """The line with which a start is refused."""
    with pytest.raises(ConfigError) as caught:
        sources.read(folder, overrides)
    return str(caught.value)


def write(folder: Path, *lines: str) -> None:
    (folder / "config.py").write_text("\n".join(lines))


def test_the_environment_goes_over_the_file_and_the_program_over_both(
    folder: Path, monkeypatch: Patch
) -> None:
    write(folder, "SESSION_HOURS = 1", "LOG_DAYS = 11", "MAIL_PORT = 25", "here = 1", "import os")
    monkeypatch.setenv("PROMOSMS_LOG_DAYS", "12")
    monkeypatch.setenv("PROMOSMS_MAIL_PORT", "26")
    found = sources.read(folder, {"MAIL_PORT": 27})
    assert (found.session_hours, found.log_days, found.mail_port) == (1, 12, 27)
    assert found.proof_cost == Settings().proof_cost


def test_two_addresses_are_read_without_the_prefix(folder: Path, monkeypatch: Patch) -> None:
    monkeypatch.setenv("DATABASE_URL", "sqlite://")
    monkeypatch.setenv("REDIS_URL", "memory://")
    monkeypatch.setenv("PROMOSMS_REDIS_URL", "unix:///valkey.sock")
    found = sources.read(folder, {})
    assert (found.database_url, found.redis_url) == ("sqlite://", "unix:///valkey.sock")


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("PRODUCTION", "1", True),
        ("PRODUCTION", "Yes ", True),
        ("MAIL_STARTTLS", "off", False),
        ("MAIL_STARTTLS", "FALSE", False),
        ("SESSION_HOURS", " 24", 24),
        ("TICK_SECONDS", "2", 2.0),
        ("OPERATOR_POSTCODE", "01067", "01067"),
        ("MAIL_PASSWORD", "1e5", "1e5"),
        ("LANGUAGES", "pl, en,", ("pl", "en")),
        ("TOP_UP_PACKAGES", "250000,500000", (250_000, 500_000)),
        ("SECRET_KEY_FALLBACKS", "", ()),
        ("OPTIONAL_COOKIES", '{"statistics": {}}', {"statistics": {}}),
    ],
)
def test_text_becomes_a_value_of_its_type(
    folder: Path, monkeypatch: Patch, name: str, text: str, value: object
) -> None:
    monkeypatch.setenv(f"PROMOSMS_{name}", text)
    found = getattr(sources.read(folder, {}), name.lower())
    assert (type(found), found) == (type(value), value)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("SESION_HOURS", "; did you mean {}SESSION_HOURS?"),
        ("session_hours", "; did you mean {}SESSION_HOURS?"),
        ("OPERATOR_E_MAIL", "; did you mean {}OPERATOR_EMAIL?"),
        ("PRODUCTION__X", "; did you mean {}PRODUCTION?"),
        ("QWX", "; docs/operations.md names all."),
    ],
)
def test_an_unknown_name_is_refused_with_the_nearest_right_one(
    folder: Path, monkeypatch: Patch, name: str, hint: str
) -> None:
    if name.isupper():
        write(folder, f"{name} = 12")
        assert refused(folder) == f"{name} is no setting" + hint.format("")
        write(folder)
    assert refused(folder, **{name: 12}) == f"{name} is no setting" + hint.format("")
    monkeypatch.setenv(f"PROMOSMS_{name}", "12")
    assert refused(folder) == f"PROMOSMS_{name} is no setting" + hint.format("PROMOSMS_")


def test_what_is_read_elsewhere_is_no_unknown_name(folder: Path, monkeypatch: Patch) -> None:
    for name in sources.OTHERS:
        monkeypatch.setenv(name, str(folder))
    assert sources.read(folder, {}) == Settings()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("SESSION_HOURS = '12'", "SESSION_HOURS must be a whole number from 1 to 744 (hours)."),
        ("SESSION_HOURS = 0", "SESSION_HOURS must be a whole number from 1 to 744 (hours)."),
        ("SESSION_HOURS = 745", "SESSION_HOURS must be a whole number from 1 to 744 (hours)."),
        ("SESSION_HOURS = True", "SESSION_HOURS must be a whole number from 1 to 744 (hours)."),
        ("SESSION_HOURS = None", "SESSION_HOURS must be a whole number from 1 to 744 (hours)."),
        ("TICK_SECONDS = float('nan')", "TICK_SECONDS must be a number from 0.01 to 3600"),
        ("PRODUCTION = 'no'", "PRODUCTION must be yes or no (in the file: True or False)."),
        ("PRODUCTION = 0", "PRODUCTION must be yes or no (in the file: True or False)."),
        ("LANGUAGES = 'pl'", "LANGUAGES must be a list of texts."),
        ("LANGUAGES = ['pl', 1]", "LANGUAGES must be a list of texts."),
        ("TOP_UP_PACKAGES = ['25']", "TOP_UP_PACKAGES must be a list of whole numbers."),
        ("OPTIONAL_COOKIES = []", "OPTIONAL_COOKIES must be a dictionary"),
        ("MAIL_PASSWORD = 12345", "MAIL_PASSWORD must be text."),
        ("SECRET_KEY = b'12345'", "SECRET_KEY must be text."),
    ],
)
def test_a_wrong_value_in_the_file_is_refused_unquoted(folder: Path, line: str, said: str) -> None:
    write(folder, line)
    found = refused(folder)
    assert found.startswith(said)
    assert "\n" not in found
    assert "12345" not in found


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("SESSION_HOURS", "twelve", " must be a whole number from 1 to 744 (hours), not 'twelve'."),
        ("SESSION_HOURS", "745", " must be a whole number from 1 to 744 (hours), not '745'."),
        ("SESSION_HOURS", "", " must be a whole number from 1 to 744 (hours), not ''."),
        ("MAIL_PORT", "65536", " must be a whole number from 1 to 65535, not '65536'."),
        ("TICK_SECONDS", "inf", " must be a number from 0.01 to 3600 (seconds), not 'inf'."),
        ("PRODUCTION", "yess", " must be yes or no (in the file: True or False), not 'yess'."),
        ("TOP_UP_PACKAGES", "25 EUR", " must be a list of whole numbers, not '25 EUR'."),
        ("OPTIONAL_COOKIES", "{", " must be a dictionary (in the environment: JSON), not '{'."),
        ("OPTIONAL_COOKIES", "[]", " must be a dictionary (in the environment: JSON), not '[]'."),
    ],
)
def test_a_wrong_value_in_the_environment_is_refused(
    folder: Path, monkeypatch: Patch, name: str, text: str, said: str
) -> None:
    monkeypatch.setenv(f"PROMOSMS_{name}", text)
    assert refused(folder) == f"PROMOSMS_{name}{said}"


@pytest.mark.parametrize("line", ["SESSION_HOURS =", "SESSION_HOURS = Hours", "1 / 0"])
def test_a_file_that_is_no_program_is_refused_in_one_line(folder: Path, line: str) -> None:
    write(folder, line)
    found = refused(folder)
    assert found.startswith(f"{folder / 'config.py'} cannot be read: ")
    assert "\n" not in found


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"LOG_DAYS": 7, "LOG_IP_DAYS": 8}, "LOG_IP_DAYS"),
        ({"LANGUAGES": []}, "LANGUAGES"),
        ({"REGISTRATION_COUNTRIES": []}, "REGISTRATION_COUNTRIES"),
        ({"SESION_HOURS": 1}, "SESION_HOURS is no setting"),
        ({"BABEL_TRANSLATION_DIRECTORIES": "", "SQLALCHEMI_ECHO": True}, "SQLALCHEMI_ECHO"),
    ],
)
def test_the_application_does_not_start(
    folder: Path, changes: dict[str, object], said: str
) -> None:
    with pytest.raises(ConfigError, match=said):
        create_app({"REDIS_URL": "memory://", **changes})


@pytest.mark.parametrize("name", KINDS)
def test_every_default_is_a_value_that_is_taken(name: str) -> None:
    value = getattr(Settings(), name.lower())
    assert sources.given({name: value}) == {name.lower(): value}
    assert from_text(name, sources.KINDS[name], as_text(value)) == value


def test_code_reads_the_settings_of_the_running_application(app: Flask) -> None:
    with app.app_context():
        assert settings.secret_key == settings_of(app).secret_key == app.config["SECRET_KEY"]
        with pytest.raises(FrozenInstanceError):
            settings.secret_key = "another"
    with pytest.raises(RuntimeError, match="outside of application context"):
        str(settings.secret_key)


def test_no_log_shows_all_settings_at_once() -> None:
    assert "hidden" not in repr(Settings(mail_password="hidden"))
