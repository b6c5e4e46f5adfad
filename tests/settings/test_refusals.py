"""What a setting refuses: both sides of each border, wrong types, addresses, files, names."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from promosms import create_app
from promosms.cli import processes
from promosms.settings import (
    ConfigError,
    Settings,
    service_urls,
    settings_of,
    sources,
    sqlite_check,
)
from promosms.settings.conversion import from_text, type_and_limits

Patch = pytest.MonkeyPatch
WORD = "geheim7Q"
LIMITED = [
    (name, *type_and_limits(kind))
    for name, kind in sources.KINDS.items()
    if type_and_limits(kind)[1]
]
WRONG: Mapping[Any, list[object]] = {
    bool: [0, 1, "yes", None, []],
    int: [True, 1.0, "1", None, [1]],
    float: [True, "1", None, float("nan"), float("inf"), 10**400],
    str: [1, None, b"text", ["text"], True],
    tuple: ["text", None, {"a": 1}, [None], [b"x"]],
    Mapping: [[], "{}", None, 1],
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: Patch) -> Path:
    """The folder of an installation without settings."""
    monkeypatch.setenv("PROMOSMS_INSTANCE", str(tmp_path))
    for name in sources.WITHOUT_PREFIX:
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def line(folder: Path, **changes: object) -> str:
    """The one line with which a start in this folder is refused."""
    with pytest.raises(ConfigError) as caught:
        create_app({"REDIS_URL": "memory://", **changes}, pages=False)
    found = str(caught.value)
    assert "\n" not in found
    assert WORD not in found
    assert folder.exists()
    return found


@pytest.mark.parametrize(("name", "kind", "limits"), LIMITED)
def test_both_borders_of_a_number_hold(name: str, kind: Any, limits: Any) -> None:
    step = 1 if kind is int else 0.001
    inside = [kind(limits.least), kind(limits.most)]
    outside = [kind(limits.least - step), kind(limits.most + step)]
    for value in inside:
        assert sources.given({name: value}) == {name.lower(): value}
        assert from_text(name, sources.KINDS[name], str(value)) == value
    for value in outside:
        with pytest.raises(ConfigError, match=f"^{name} must be .* from .* to "):
            sources.given({name: value})
        with pytest.raises(ConfigError, match=f"^{name} must be .* not '"):
            from_text(name, sources.KINDS[name], str(value))


@pytest.mark.parametrize("name", sorted(sources.KINDS))
def test_a_value_of_another_type_is_refused(name: str) -> None:
    plain, _limits = type_and_limits(sources.KINDS[name])
    for value in WRONG[plain]:
        with pytest.raises(ConfigError, match=f"^{name} must be [^\n]*[.]$"):
            sources.given({name: value})


@pytest.mark.parametrize("text", ["[" * 100_000, "{" * 5000, "x" * 5000])
def test_a_long_wrong_value_is_shown_by_its_beginning(
    folder: Path, monkeypatch: Patch, text: str
) -> None:
    monkeypatch.setenv("PROMOSMS_OPTIONAL_COOKIES", text)
    with pytest.raises(ConfigError) as caught:
        sources.read(folder, {})
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize(
    ("name", "right"),
    [
        ("PROMOSMS_HTTPPORT", "the switch --http-port of up"),
        ("PROMOSMS_HTTP_PORT", "the switch --http-port of up"),
        ("PROMOSMS_PORT", "the switch --port of up"),
        ("PROMOSMS_HOST", "the switch --host of up"),
        ("PROMOSMS_INSTANZ", "PROMOSMS_INSTANCE"),
        ("PROMSMS_PRODUCTION", "PROMOSMS_PRODUCTION"),
        ("PROMO_SMS_PRODUCTION", "PROMOSMS_PRODUCTION"),
        ("PROMOSMSPRODUCTION", "PROMOSMS_PRODUCTION"),
        ("promosms_production", "PROMOSMS_PRODUCTION"),
        ("PROMOSM_MAIL_SERVER", "PROMOSMS_MAIL_SERVER"),
        ("DATABSE_URL", "DATABASE_URL"),
        ("DATABASEURL", "DATABASE_URL"),
        ("DATABASE_URI", "DATABASE_URL"),
        ("database_url", "DATABASE_URL"),
        ("REDIS_URI", "REDIS_URL"),
        ("REDISURL", "REDIS_URL"),
    ],
)
def test_a_misspelt_name_of_the_environment_is_named(
    folder: Path, monkeypatch: Patch, name: str, right: str
) -> None:
    monkeypatch.setenv(name, WORD)
    with pytest.raises(ConfigError) as caught:
        sources.read(folder, {})
    assert str(caught.value) == f"{name} is no setting; did you mean {right}?"


@pytest.mark.parametrize(
    "name",
    ["DEV_DATABASE_URL", "DATABASE_HOST", "REDIS_PORT", "MAIL_SERVER", "PRODUCTION", "SECRET_KEY"],
)
def test_names_of_other_programs_are_left_alone(
    folder: Path, monkeypatch: Patch, name: str
) -> None:
    monkeypatch.setenv(name, "x")
    assert sources.read(folder, {}) == Settings()
    monkeypatch.setenv("DATABASE_URL", "sqlite://")
    monkeypatch.setenv("DATABASE_URI", "another")
    assert sources.read(folder, {}).database_url == "sqlite://"


def test_the_switches_are_those_of_up() -> None:
    options = [name for option in processes.up.params for name in option.opts]
    assert sorted(options) == sorted(sources.SWITCHES)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("production = True", "production is no setting; did you mean PRODUCTION?"),
        ("Currency = 'PLN'", "Currency is no setting; did you mean CURRENCY?"),
        (f"MAIL_PASSWORD = {WORD}", "cannot be read: NameError in line 1."),
        (f"LOG_DAYS = 1\nMAIL_PORT = int('{WORD}')", "cannot be read: ValueError in line 2."),
        (f"MAIL_PASSWORD = '{WORD}", "in line 1."),
        (f"\nraise RuntimeError('{WORD}')", "cannot be read: RuntimeError in line 2."),
        (f"import sys\nsys.exit('{WORD}')", "cannot be read: SystemExit in line 2."),
    ],
)
def test_a_fault_of_the_file_is_named_without_its_words(folder: Path, text: str, said: str) -> None:
    (folder / "config.py").write_text(text)
    found = line(folder)
    assert found.startswith(str(folder / "config.py"))
    assert found.endswith(said)


def test_a_variable_beside_its_setting_is_no_mistake(folder: Path) -> None:
    (folder / "config.py").write_text("currency = 'PLN'\nCURRENCY = currency")
    assert sources.read(folder, {}).currency == "PLN"


@pytest.mark.parametrize(
    ("given", "used"),
    [
        (f"postgres://u:{WORD}@db/sms", f"postgresql+psycopg://u:{WORD}@db/sms"),
        ("postgresql://u@db/sms?sslmode=require", "postgresql+psycopg://u@db/sms?sslmode=require"),
        ("POSTGRES://u@db/sms", "postgresql+psycopg://u@db/sms"),
        (
            "postgresql+psycopg://u:p%40%2F%3A@db:5433/s",
            "postgresql+psycopg://u:p%40%2F%3A@db:5433/s",
        ),
        ("postgresql+psycopg://u@/sms?host=/run/pg", "postgresql+psycopg://u@/sms?host=/run/pg"),
        ("postgresql://u@[::1]:5432/sms", "postgresql+psycopg://u@[::1]:5432/sms"),
        ("sqlite:////srv/promosms.sqlite3", "sqlite:////srv/promosms.sqlite3"),
        ("valkey://h/0", "redis://h/0"),
        ("valkeys://h/0", "rediss://h/0"),
        ("redis://:p@h:6379/2", "redis://:p@h:6379/2"),
        ("unix:///run/valkey.sock", "unix:///run/valkey.sock"),
        ("Redis://h/0", "redis://h/0"),
        (" redis://h/0\n", "redis://h/0"),
        ("postgresql://u@db/sms\n", "postgresql+psycopg://u@db/sms"),
        ("SQLite:////srv/promosms.sqlite3 ", "sqlite:////srv/promosms.sqlite3"),
        (
            "postgresql://u@db/sms?sslmode=verify-full&connect_timeout=3",
            "postgresql+psycopg://u@db/sms?sslmode=verify-full&connect_timeout=3",
        ),
    ],
)
def test_an_address_is_read_by_its_usual_names(given: str, used: str) -> None:
    name = "database_url" if "sql" in used else "redis_url"
    assert service_urls.plain(given) == used
    assert service_urls.problem(Settings(**{name: used})) == ""


ADDRESSES: list[tuple[str, str, str]] = [
    ("DATABASE_URL", f"mysql://u:{WORD}@db/sms", "must begin with postgresql://"),
    ("DATABASE_URL", f"postgresql+psycopg2://u:{WORD}@db/sms", "must begin with postgresql://"),
    ("DATABASE_URL", f"mariadb+pymysql://u:{WORD}@db/sms", "not mariadb+pymysql://"),
    ("DATABASE_URL", f"u:{WORD}@db/sms", "must begin with"),
    ("DATABASE_URL", f"{WORD}", "must begin with"),
    ("DATABASE_URL", "sqlite:promosms.sqlite3", "must begin with"),
    ("DATABASE_URL", "sqlite://promosms.sqlite3", "three strokes"),
    ("DATABASE_URL", f"postgresql://u:{WORD}@x@db/sms", "cannot be read: write special"),
    ("DATABASE_URL", f"postgresql://u:7/{WORD}@db/sms", "cannot be read: write special"),
    ("DATABASE_URL", f"postgresql://u:{WORD}#1@db/sms", "cannot be read: write special"),
    ("DATABASE_URL", f"postgresql://u:{WORD}@db:port/sms", "cannot be read"),
    ("DATABASE_URL", f"postgresql://u:{WORD}@db:65536/sms", "cannot be read"),
    ("DATABASE_URL", f"postgresql://u:{WORD}@db", "names no database"),
    ("REDIS_URL", f"http://:{WORD}@h", "must begin with redis://"),
    ("REDIS_URL", f"rediss:{WORD}", "must begin with redis://"),
    ("REDIS_URL", f"tls://:{WORD}@h:6379", "not tls://"),
    ("REDIS_URL", f"redis://:{WORD}@h:port", "cannot be read"),
    ("REDIS_URL", f"redis://:{WORD}@h:65536", "cannot be read"),
    ("REDIS_URL", f"redis://:1#{WORD}@h", "cannot be read"),
    ("REDIS_URL", f"redis://:1/{WORD}@h", "number of a database"),
    ("REDIS_URL", "redis://h/first", "number of a database"),
    ("REDIS_URL", "redis://h?db=first", "cannot be read"),
    ("REDIS_URL", "unix://", "names no socket"),
    ("DATABASE_URL", f"postgresql://u:{WORD}@db/sms?sslmod=require", "did you mean sslmode?"),
    ("DATABASE_URL", f"postgresql://u:{WORD}@db/sms?conect_timeout=3", "mean connect_timeout?"),
    ("DATABASE_URL", f"postgresql://u:{WORD}@db/sms?connect_timeout=3s", "must be a whole number"),
    ("DATABASE_URL", "sqlite:////srv/a.sqlite3?timeout=long", "cannot be read"),
    ("REDIS_URL", f"redis://:{WORD}@h/0?nosuch=1", "has an option that is not known"),
    ("REDIS_URL", f"rediss://:{WORD}@h/0?ssl_cert_reqs=maybe", "has an option that is not known"),
    ("PUBLIC_URL", "https://[::1", "cannot be read"),
    ("PUBLIC_URL", "https://sms.shop.pl/texts", "must be only https:// and a host"),
    ("PUBLIC_URL", f"https://u:{WORD}@sms.shop.pl", "must be only https:// and a host"),
    ("PUBLIC_URL", "https://sms.shop.pl?x=1", "must be only https:// and a host"),
    ("PUBLIC_URL", "https://sms.shop.pl#x", "must be only https:// and a host"),
    ("SHORT_LINK_URL", "http://shop.link", "must be only https:// and a host"),
    ("SHORT_LINK_URL", "https://shop.link/l", "must be only https:// and a host"),
    ("PUBLIC_URL", "https://sms shop.pl", "must be only https:// and a host"),
    ("CURRENCY", "PLZ", "must be a code of ISO 4217"),
    ("CURRENCY", "DEM", "must be a code of ISO 4217"),
    ("CURRENCY", "XXX", "must be a code of ISO 4217"),
    ("PUBLIC_URL", "https://sms.shop.pl:port", "cannot be read"),
    ("PUBLIC_URL", "https://sms.shop.pl:65536", "cannot be read"),
    ("PUBLIC_URL", "ftp://sms.shop.pl", "must begin with https://"),
    ("PUBLIC_URL", "sms.shop.pl", "must begin with https://"),
    ("STRIPE_URL", "https://[", "must begin with https://"),
    ("VIES_URL", "https://vies.example:port", "must begin with https://"),
    ("MAIL_SERVER", f"smtp://u:{WORD}@mail.shop.pl", "must be a host"),
    ("MAIL_SERVER", "smtps://mail.shop.pl", "must be a host"),
    ("MAIL_SERVER", "mail.shop.pl:587", "must be a host"),
    ("MAIL_SERVER", "mail shop", "must be a host"),
    ("MAIL_SENDER", "Shop", "must be an e-mail address"),
    ("MAIL_SENDER", "shop@example.com\nBcc: x@example.com", "must be an e-mail address"),
    ("LEAKED_PASSWORDS", "nowhere.txt", "cannot be read (no such file or directory)"),
    ("LEAKED_PASSWORDS", ".", "cannot be read (is a directory)"),
    ("OPERATOR_LOGO", "nowhere.png", "cannot be read"),
]


@pytest.mark.parametrize(("name", "value", "said"), ADDRESSES)
def test_a_wrong_address_or_file_is_one_line_without_the_password(
    folder: Path, name: str, value: str, said: str
) -> None:
    found = line(folder, **{name: value})
    assert found.startswith(name)
    assert said in found


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"LANGUAGES": ["xx"]}, "LANGUAGES: 'xx' is not translated; there are en, pl."),
        ({"LANGUAGES": ["pl", "PL"]}, "LANGUAGES: 'PL' is not translated; there are en, pl."),
        ({"REGISTRATION_COUNTRIES": ["Poland"]}, "REGISTRATION_COUNTRIES must be codes of ISO"),
        ({"REGISTRATION_COUNTRIES": ["PL", "pl"]}, "REGISTRATION_COUNTRIES must be codes of ISO"),
    ],
)
def test_codes_that_nobody_knows_are_refused(
    folder: Path, changes: dict[str, object], said: str
) -> None:
    assert line(folder, **changes).startswith(said)


def test_memory_is_no_redis_of_a_public_installation() -> None:
    assert service_urls.problem(Settings(redis_url="memory://")) == ""
    found = service_urls.problem(Settings(redis_url="memory://", production=True))
    assert found == "REDIS_URL must begin with redis://, rediss:// or unix://, not memory://."


def test_postgres_is_used_as_postgresql(folder: Path) -> None:
    app = create_app({"REDIS_URL": "memory://", "DATABASE_URL": "postgres://u@h/d"}, pages=False)
    assert settings_of(app).database_url == "postgresql+psycopg://u@h/d"


def test_a_folder_that_cannot_be_made_is_one_line(folder: Path, monkeypatch: Patch) -> None:
    (folder / "file").write_text("")
    monkeypatch.setenv("PROMOSMS_INSTANCE", str(folder / "file"))
    assert "set PROMOSMS_INSTANCE to another folder." in line(folder)


@pytest.mark.parametrize("content", ["", "\n", None])
def test_a_key_file_without_a_key_is_refused(folder: Path, content: str | None) -> None:
    path = folder / "secret_key"
    if content is None:
        path.mkdir()
    else:
        path.write_text(content)
    assert line(folder) == f"{path} is empty or cannot be read: bring the file of a backup back."


@pytest.mark.parametrize(("rate", "refused"), [(0, False), (1, True), (99, True), (100, False)])
def test_a_rate_in_percent_is_no_rate_in_hundredths(folder: Path, rate: int, refused: bool) -> None:
    if refused:
        assert line(folder, VAT_RATE=rate).startswith("VAT_RATE is in 1/100 of a percent")
    else:
        create_app({"REDIS_URL": "memory://", "VAT_RATE": rate}, pages=False)


def test_the_address_of_the_installation_may_end_with_a_stroke(folder: Path) -> None:
    for url in ("https://sms.shop.pl/", "https://sms.shop.pl:8443", "HTTPS://SMS.Shop.pl"):
        app = create_app({"REDIS_URL": "memory://", "PUBLIC_URL": url}, pages=False)
        assert settings_of(app).public_url == url


def test_an_sqlite_that_cannot_search_is_refused(folder: Path, monkeypatch: Patch) -> None:
    assert sqlite_check.problem("sqlite:///x") == ""
    monkeypatch.setattr(sqlite_check, "PROBE", "CREATE VIRTUAL TABLE probe USING none(words)")
    assert "cannot make the index of the search" in line(folder, DATABASE_URL="sqlite://")
    assert sqlite_check.problem("postgresql://x") == ""
