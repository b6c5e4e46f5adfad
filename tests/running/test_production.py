"""Settings that are unsafe for a public installation are refused at the start, in one line."""

import os
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from promosms import create_app
from promosms.settings import ConfigError, Settings, production_checks, secret_key, sources
from tests.running.installation import Installation

KEY = "9f2c41d07be8a36515c08ed7402fab93"
PUBLIC: dict[str, object] = {
    "PRODUCTION": True,
    "PUBLIC_URL": "https://sms.shop.pl",
    "TRUSTED_HOSTS": ["sms.shop.pl"],
    "SECRET_KEY": KEY,
    "REDIS_URL": "unix:///srv/promosms/valkey.sock",
    "DATABASE_URL": "sqlite:////srv/promosms/promosms.sqlite3",
    "MAIL_SERVER": "mail.shop.pl",
    "OPERATOR_NAME": "Ola's Texts",
    "OPERATOR_EMAIL": "ola@shop.pl",
}
REDIS = "REDIS_URL"


def public(changes: dict[str, object]) -> Settings:
    return Settings(**sources.given(PUBLIC | changes))


def problem(changes: dict[str, object], folder: Path, **modes: bool) -> str:
    try:
        return production_checks.problem(public(changes), folder, **modes)
    except ConfigError as error:
        return str(error)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {REDIS: "rediss://:pass@redis.shop.pl/0"},
        {REDIS: "redis://127.0.0.1:6379/0"},
        {REDIS: "redis://localhost:6379/0"},
        {"MAIL_STARTTLS": False, "MAIL_SERVER": "localhost"},
        {"ARGON2_TIME": 1, "ARGON2_MEMORY_KIB": 47_104},
        {"ARGON2_TIME": 2, "ARGON2_MEMORY_KIB": 19_456},
        {"TRUSTED_PROXIES": 1, "PROXY_NETWORKS": ["192.0.2.7", "2001:db8::/64"]},
        {"TRUSTED_HOSTS": ["sms.shop.pl", "www.shop.pl"]},
        {"SECURITY_CONTACT": "https://shop.pl/security"},
        {"SECURITY_CONTACT": "ola@shop.pl"},
        {"SECRET_KEY_FALLBACKS": [KEY[::-1]]},
        {"PUBLIC_URL": "https://203.0.113.7", "TRUSTED_HOSTS": ["203.0.113.7"]},
    ],
)
def test_safe_settings_are_accepted(changes: dict[str, object], tmp_path: Path) -> None:
    assert problem(changes, tmp_path) == ""


UNSAFE: list[tuple[dict[str, object], str]] = [
    ({"RATE_LIMITS": False}, "RATE_LIMITS"),
    ({"SECRET_KEY": "dev"}, "SECRET_KEY is too short"),
    ({"SECRET_KEY": KEY[:-1]}, "SECRET_KEY is too short"),
    ({"SECRET_KEY": "0123" * 10}, "SECRET_KEY can be guessed"),
    ({"SECRET_KEY": "change-me-to-something-long-and-random"}, "SECRET_KEY can be guessed"),
    ({"SECRET_KEY": "my-very-secret-key-for-the-shop-2026"}, "SECRET_KEY can be guessed"),
    ({"SECRET_KEY_FALLBACKS": ["dev"]}, "SECRET_KEY_FALLBACKS is too short"),
    ({"PUBLIC_URL": "https://localhost", "TRUSTED_HOSTS": ["localhost"]}, "PUBLIC_URL"),
    ({"PUBLIC_URL": "https://127.0.0.1:8443", "TRUSTED_HOSTS": ["127.0.0.1"]}, "PUBLIC_URL"),
    ({"PUBLIC_URL": "https://[::1]", "TRUSTED_HOSTS": ["::1"]}, "PUBLIC_URL"),
    ({"PUBLIC_URL": "https://box.local", "TRUSTED_HOSTS": ["box.local"]}, "PUBLIC_URL"),
    ({"TRUSTED_HOSTS": []}, "TRUSTED_HOSTS"),
    ({"TRUSTED_HOSTS": ["*"]}, "TRUSTED_HOSTS"),
    ({"TRUSTED_HOSTS": ["sms.shop.pl", "*"]}, "TRUSTED_HOSTS"),
    ({"TRUSTED_HOSTS": ["sms.shop.pl", "*.shop.pl"]}, "TRUSTED_HOSTS"),
    ({"TRUSTED_HOSTS": [".shop.pl"]}, "TRUSTED_HOSTS"),
    ({REDIS: "redis://redis.shop.pl:6379/0"}, "REDIS_URL"),
    ({REDIS: "redis://10.0.0.5"}, "REDIS_URL"),
    ({REDIS: "rediss://redis.shop.pl"}, "REDIS_URL"),
    ({"MAIL_SERVER": ""}, "MAIL_SERVER"),
    ({"MAIL_STARTTLS": False}, "MAIL_STARTTLS"),
    ({"ARGON2_MEMORY_KIB": 8192}, "ARGON2"),
    ({"ARGON2_TIME": 1, "ARGON2_MEMORY_KIB": 19_456}, "ARGON2"),
    ({"OPERATOR_EMAIL": ""}, "OPERATOR_EMAIL is not set"),
    ({"OPERATOR_EMAIL": "ask Ola"}, "OPERATOR_EMAIL is not set"),
    ({"OPERATOR_NAME": ""}, "OPERATOR_NAME is not set"),
    ({"OPERATOR_NAME": "  "}, "OPERATOR_NAME is not set"),
    ({"OPERATOR_NAME": "", "OPERATOR_EMAIL": ""}, "OPERATOR_NAME and OPERATOR_EMAIL are not set"),
]
WRONG_ANYWHERE: list[tuple[dict[str, object], str]] = [
    ({"PUBLIC_URL": "http://sms.shop.pl"}, "PUBLIC_URL"),
    ({"PUBLIC_URL": "https://"}, "PUBLIC_URL"),
    ({"TRUSTED_HOSTS": ["other.shop.pl"]}, "TRUSTED_HOSTS"),
    ({"TRUSTED_PROXIES": -1}, "TRUSTED_PROXIES"),
    ({"PROXY_NETWORKS": ["my proxy"]}, "PROXY_NETWORKS"),
    ({"TRUSTED_PROXIES": 1, "PROXY_NETWORKS": ["0.0.0.0/0"]}, "PROXY_NETWORKS"),
    ({"TRUSTED_PROXIES": 1, "PROXY_NETWORKS": ["::/0"]}, "PROXY_NETWORKS"),
    ({"MAX_CONTENT_LENGTH": 0}, "MAX_CONTENT_LENGTH"),
    ({"MAX_CONTENT_LENGTH": None}, "MAX_CONTENT_LENGTH"),
    ({"IMPORT_BYTES": 0}, "IMPORT_BYTES"),
    ({"IMPORT_BYTES": 2**30 + 1}, "IMPORT_BYTES"),
    ({"SECURITY_CONTACT": "ask Ola"}, "SECURITY_CONTACT"),
    ({"SECURITY_CONTACT": "http://shop.pl"}, "SECURITY_CONTACT"),
]


@pytest.mark.parametrize(("changes", "message"), UNSAFE)
def test_unsafe_settings_are_refused_in_one_line(
    changes: dict[str, object], message: str, tmp_path: Path
) -> None:
    line = problem(changes, tmp_path)
    assert line.startswith(message)
    assert "\n" not in line
    assert KEY not in line
    assert problem(changes | {"PRODUCTION": False}, tmp_path) == "" or "TRUSTED" in message


@pytest.mark.parametrize("public", [True, False])
@pytest.mark.parametrize(("changes", "message"), WRONG_ANYWHERE)
def test_settings_that_cannot_work_are_always_refused(
    changes: dict[str, object], message: str, public: bool, tmp_path: Path
) -> None:
    assert problem(changes | {"PRODUCTION": public}, tmp_path).startswith(message)


@pytest.mark.parametrize("mode", ["debug", "testing"])
def test_development_modes_are_refused(mode: str, tmp_path: Path) -> None:
    assert f"{mode} " in problem({}, tmp_path, **{mode: True}).lower()
    assert problem({"PRODUCTION": False}, tmp_path, **{mode: True}) == ""


@pytest.mark.parametrize("name", production_checks.SECRET_FILES)
@pytest.mark.parametrize("mode", [0o604, 0o602, 0o644, 0o666])
def test_a_secret_that_everybody_can_read_is_refused(name: str, mode: int, tmp_path: Path) -> None:
    (tmp_path / name).touch()
    (tmp_path / name).chmod(mode)
    assert f"chmod o= {tmp_path / name}" in problem({}, tmp_path)
    (tmp_path / name).chmod(0o640)
    assert problem({}, tmp_path) == ""


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"HSTS_SUBDOMAINS": True}, ["HSTS_SUBDOMAINS is on: browsers refuse plain http"]),
        ({REDIS: "rediss://:p@redis.shop.pl"}, ["The database is SQLite and Redis is on another"]),
        (
            {"DATABASE_URL": "postgresql+psycopg://u:p@db.shop.pl/sms"},
            ["DATABASE_URL does not ask for encryption"],
        ),
        ({"DATABASE_URL": "postgresql+psycopg://u:p@db.shop.pl/sms?sslmode=verify-full"}, []),
        ({"DATABASE_URL": "postgresql+psycopg://u:p@localhost/sms"}, []),
        (
            {
                REDIS: "redis://:p@redis.shop.pl",
                "DATABASE_URL": "postgresql+psycopg://u@127.0.0.1/sms",
            },
            ["REDIS_URL is not encrypted"],
        ),
    ],
)
def test_possibly_intended_settings_cause_a_warning(
    changes: dict[str, object], expected: list[str]
) -> None:
    lines = list(production_checks.warnings(public(changes)))
    assert len(lines) == len(expected)
    assert all(line.startswith(words) for line, words in zip(lines, expected, strict=True))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"TESTING": True}, "TESTING"),
        *(case for case in UNSAFE if case[0].keys() & {"RATE_LIMITS", "MAIL_STARTTLS"}),
    ],
)
def test_the_application_does_not_start(
    app: Flask,
    changes: dict[str, Any],
    message: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setenv("PROMOSMS_INSTANCE", str(tmp_path))
    with pytest.raises(ConfigError, match=message):
        create_app({**PUBLIC, **changes})


def test_the_supervisor_reports_it_in_one_line_and_ends(installation: Installation) -> None:
    installation.folder.mkdir(parents=True)
    done = installation.command(
        "up",
        *installation.options(),
        PROMOSMS_PRODUCTION="1",
        PROMOSMS_PUBLIC_URL="https://localhost",
    )
    assert done.returncode == 1
    assert [line for line in done.stderr.splitlines() if "PUBLIC_URL names this machine" in line]
    assert "Traceback" not in done.stderr


def test_the_key_file_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        secret_key(tmp_path)
    finally:
        os.umask(before)
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600


def test_the_files_of_a_command_are_readable_by_their_owner_only(
    installation: Installation,
) -> None:
    assert installation.command("migrate").returncode == 0
    files = list(installation.folder.rglob("*"))
    assert len(files) > 2
    assert [file for file in files if file.stat().st_mode & 0o077] == []
