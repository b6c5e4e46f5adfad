"""Settings: defaults, then `instance/config.py`, then the environment (`PROMOSMS_…`)."""

import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, current_app

from promosms import selling

DEFAULTS: dict[str, object] = {
    # the installation
    "PRODUCTION": False,
    "PUBLIC_URL": "https://localhost:8443",
    "TRUSTED_PROXIES": 0,
    "DATABASE_URL": "",
    "REDIS_URL": "",
    "SECRET_KEY": "",
    # the operator, shown on the policy pages
    "OPERATOR_NAME": "",
    "OPERATOR_ADDRESS": "",
    "OPERATOR_EMAIL": "",
    "OPERATOR_TAX_ID": "",
    "PROCESSORS": [],
    # the seller on invoices, on top of name, e-mail and tax id
    "OPERATOR_STREET": "",
    "OPERATOR_POSTCODE": "",
    "OPERATOR_CITY": "",
    "OPERATOR_COUNTRY": "",
    "OPERATOR_TIMEZONE": "",
    "OPERATOR_IBAN": "",
    "OPERATOR_BIC": "",
    "OPERATOR_BANK": "",
    "OPERATOR_LOGO": "",
    # invoices: VAT in 1/100 of a percent, 0 for a seller that charges none
    "VAT_RATE": 0,
    "INVOICE_SERIES": "INV",
    "CREDIT_NOTE_SERIES": "CN",
    "PRO_FORMA_SERIES": "PF",
    "INVOICE_YEARS": 5,
    "VIES_URL": "https://ec.europa.eu/taxation_customs/vies/rest-api",
    # money: integers of 1/10,000 of the currency
    "CURRENCY": "EUR",
    "WELCOME_CREDIT": 100_000,
    "TOP_UP_PACKAGES": [250_000, 500_000, 1_000_000, 2_500_000],
    "TOP_UP_SMALLEST": 100_000,
    "TOP_UP_LARGEST": 100_000_000,
    "TOP_UP_DAYS": 14,
    "ADJUSTMENT_LIMIT": 1_000_000,
    "STRIPE_SECRET_KEY": "",
    "STRIPE_WEBHOOK_SECRET": "",
    "STRIPE_URL": "",
    # the trial
    "TRIAL_GUESTS": 5,
    "TRIAL_TEXTS_PER_DAY": 50,
    # people
    "LANGUAGES": ["en", "pl"],
    "REGISTRATION_COUNTRIES": ["PL", "GB", "DE", "FR", "ES", "IT", "CZ", "SK", "IE", "NL"],
    "SESSION_IDLE_MINUTES": 60,
    "SESSION_IDLE_MINUTES_ADMIN": 15,
    "SESSION_HOURS": 12,
    "SYSTEM_PASSWORD_MINUTES": 30,
    "SYSTEM_TEXTS_PER_HOUR": 50,
    "RATE_LIMITS": True,
    "ARGON2_TIME": 3,
    "ARGON2_MEMORY_KIB": 65_536,
    # sending
    "HELP_ANSWER": "",
    "SIMULATOR_RATE": 300,
    "SIMULATOR_RECEIPT_SECONDS": 1.0,
    "LEASE_SECONDS": 60,
    "TICK_SECONDS": 10.0,
    # files and e-mail
    "MAX_CONTENT_LENGTH": 20 * 1024 * 1024,
    "IMPORT_ROWS": 1_000_000,
    "MAIL_SERVER": "",
    "MAIL_PORT": 587,
    "MAIL_USERNAME": "",
    "MAIL_PASSWORD": "",
    "MAIL_STARTTLS": True,
    "MAIL_SENDER": "",
}


class ConfigError(Exception):
    """A setting that cannot work; its text is one line for the operator."""


def instance_path() -> str:
    """The folder of this installation: `PROMOSMS_INSTANCE`, or `instance/` beside the package."""
    beside = Path(__file__).resolve().parent.parent / "instance"
    return str(Path(os.environ.get("PROMOSMS_INSTANCE") or beside).resolve())


def init_app(app: Flask, overrides: Mapping[str, object] | None) -> None:
    """Read the settings and derive what the libraries want to know."""
    folder = Path(app.instance_path)
    folder.mkdir(parents=True, exist_ok=True)
    app.config.from_mapping(DEFAULTS)
    app.config.from_pyfile("config.py", silent=True)
    app.config.from_mapping(_environment())
    app.config.from_mapping(overrides or {})
    if not app.config.get("SECRET_KEY"):
        app.config["SECRET_KEY"] = secret_key(folder)
    _derive(app, folder)
    _check(app)


def setting(name: str) -> Any:
    """A setting of the running application, for code that does not know the web framework."""
    return current_app.config[name]


def instance_file(*names: str) -> Path:
    """A path inside the folder of the installation; its parents are made."""
    path = Path(current_app.instance_path, *names)
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def secret_key(folder: Path) -> str:
    """The key of this installation, made at the first start, readable by its owner only."""
    path = folder / "secret_key"
    try:
        with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            file.write(secrets.token_hex(32))
    except FileExistsError:
        pass
    return path.read_text().strip()


def _environment() -> dict[str, object]:
    found: dict[str, object] = {}
    for name, default in DEFAULTS.items():
        raw = os.environ.get(f"PROMOSMS_{name}")
        if raw is None and name in ("DATABASE_URL", "REDIS_URL"):
            raw = os.environ.get(name)
        if raw is not None:
            found[name] = _converted(name, raw, default)
    return found


def _converted(name: str, raw: str, default: object) -> object:
    try:
        if isinstance(default, bool):
            return raw.strip().lower() in ("1", "true", "yes", "on")
        if isinstance(default, int):
            return int(raw)
        if isinstance(default, float):
            return float(raw)
        if isinstance(default, list):
            numbers = any(isinstance(part, int) for part in default)
            parts = [part.strip() for part in raw.split(",") if part.strip()]
            return [int(part) for part in parts] if numbers else parts
    except ValueError as error:
        raise ConfigError(f"PROMOSMS_{name} must be a number, not {raw!r}.") from error
    return raw


def _derive(app: Flask, folder: Path) -> None:
    config = app.config
    if not config["DATABASE_URL"]:
        config["DATABASE_URL"] = f"sqlite:///{folder / 'promosms.sqlite3'}"
    if not config["REDIS_URL"]:
        config["REDIS_URL"] = f"unix://{folder / 'valkey.sock'}"
    if config["OPERATOR_LOGO"]:
        config["OPERATOR_LOGO"] = str(folder / config["OPERATOR_LOGO"])
    config["SQLALCHEMY_DATABASE_URI"] = config["DATABASE_URL"]
    config["SQLALCHEMY_ENGINE_OPTIONS"] = {
        "pool_pre_ping": True,
        "hide_parameters": True,  # the message of a database error must not quote data
    }
    host = urlsplit(config["PUBLIC_URL"]).hostname or ""
    if not config.get("TRUSTED_HOSTS"):
        local = [] if config["PRODUCTION"] else ["localhost", "127.0.0.1"]
        config["TRUSTED_HOSTS"] = list(dict.fromkeys([host, *local]))
    config.update(
        SESSION_COOKIE_NAME="__Host-session",
        SESSION_COOKIE_SECURE=True,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,  # the token lives as long as the session
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
        BABEL_DEFAULT_LOCALE=config["LANGUAGES"][0],
        RATELIMIT_ENABLED=config["RATE_LIMITS"],
        RATELIMIT_STORAGE_URI=_limits_storage(config["REDIS_URL"]),
        RATELIMIT_STORAGE_OPTIONS=(
            {}
            if config["REDIS_URL"].startswith("memory:")
            else {"socket_connect_timeout": 1, "socket_timeout": 2}
        ),
        RATELIMIT_IN_MEMORY_FALLBACK_ENABLED=True,
    )


def _limits_storage(redis_url: str) -> str:
    return redis_url.replace("unix://", "redis+unix://", 1)


def _check(app: Flask) -> None:
    config = app.config
    if not str(config["PUBLIC_URL"]).startswith("https://"):
        raise ConfigError("PUBLIC_URL must begin with https://.")
    if wrong := selling.problem(config):
        raise ConfigError(wrong)
    if not config["PRODUCTION"]:
        return
    if app.debug:
        raise ConfigError("Debug mode is on: switch it off in production.")
    if len(str(config["SECRET_KEY"])) < 32:
        raise ConfigError("SECRET_KEY is too short: use at least 32 characters.")
    if not config["MAIL_SERVER"]:
        raise ConfigError("MAIL_SERVER is not set: registration needs e-mail in production.")
    if not config["OPERATOR_EMAIL"]:
        raise ConfigError("OPERATOR_EMAIL is not set: the privacy policy must name you.")
