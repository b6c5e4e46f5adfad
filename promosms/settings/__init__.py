"""Settings: defaults, then `instance/config.py`, then the environment (`PROMOSMS_…`)."""

import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, current_app

from promosms.settings import optional_cookies, production_checks, selling_checks

DEFAULTS: dict[str, object] = {
    # the installation
    "PRODUCTION": False,
    "PUBLIC_URL": "https://localhost:8443",
    "TRUSTED_PROXIES": 0,
    "PROXY_NETWORKS": [
        *("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"),
        *("::1/128", "fc00::/7"),
    ],
    "TRUSTED_HOSTS": [],
    "HSTS_SUBDOMAINS": False,
    "DATABASE_URL": "",
    "REDIS_URL": "",
    "SECRET_KEY": "",
    "SECRET_KEY_FALLBACKS": [],
    # the operator, shown on the policy pages
    "OPERATOR_NAME": "",
    "OPERATOR_ADDRESS": "",
    "OPERATOR_EMAIL": "",
    "SECURITY_CONTACT": "",
    "OPERATOR_TAX_ID": "",
    "PROCESSORS": [],
    "OPTIONAL_COOKIES": {},
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
    "SYSTEM_TEXTS_PER_DIAL_CODE": 200,
    "PROOF_COST": 5_000,
    "RATE_LIMITS": True,
    "ADMIN_TOTP": True,
    "LEAKED_PASSWORDS": "",
    "ARGON2_TIME": 3,
    "ARGON2_MEMORY_KIB": 65_536,
    # sending
    "HELP_ANSWER": "",
    "SIMULATOR_RATE": 300,
    "SIMULATOR_RECEIPT_SECONDS": 1.0,
    "LEASE_SECONDS": 60,
    "TICK_SECONDS": 10.0,
    # logs: how long lines are kept, and how long the whole IP address in them
    "LOG_DAYS": 30,
    "LOG_IP_DAYS": 7,
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
    beside = Path(__file__).resolve().parents[2] / "instance"
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
    if isinstance(default, dict):
        return _read_json(name, raw)
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


def _read_json(name: str, raw: str) -> object:
    try:
        return json.loads(raw)
    except ValueError as error:
        raise ConfigError(f"PROMOSMS_{name} must be JSON.") from error


def _derive(app: Flask, folder: Path) -> None:
    config = app.config
    if not config["DATABASE_URL"]:
        config["DATABASE_URL"] = f"sqlite:///{folder / 'promosms.sqlite3'}"
    if not config["REDIS_URL"]:
        config["REDIS_URL"] = f"unix://{folder / 'valkey.sock'}"
    for name in ("OPERATOR_LOGO", "LEAKED_PASSWORDS"):
        if config[name]:
            config[name] = str(folder / config[name])
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
        REMEMBER_COOKIE_SECURE=True,  # never set by us; were it ever, then so
        REMEMBER_COOKIE_HTTPONLY=True,
        REMEMBER_COOKIE_SAMESITE="Lax",
        # The last one signs, the older ones still open what they have signed.
        WTF_CSRF_SECRET_KEY=[*config["SECRET_KEY_FALLBACKS"], config["SECRET_KEY"]],
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
    if wrong := optional_cookies.problem(config):
        raise ConfigError(wrong)
    if not 1 <= config["LOG_IP_DAYS"] <= config["LOG_DAYS"] <= 180:
        raise ConfigError("LOG_IP_DAYS and LOG_DAYS must be between 1 and 180, in this order.")
    if wrong := selling_checks.problem(config):
        raise ConfigError(wrong)
    if wrong := production_checks.problem(config, Path(app.instance_path), app.debug):
        raise ConfigError(wrong)
