"""Settings: defaults, then `instance/config.py`, then the environment (`PROMOSMS_…`)."""

import os
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from flask import Flask, current_app
from phonenumbers import SUPPORTED_REGIONS
from werkzeug.local import LocalProxy

from promosms.settings import (
    embedded,
    library_config,
    optional_cookies,
    production_checks,
    selling_checks,
    service_urls,
    sources,
    sqlite_check,
)
from promosms.settings.conversion import ConfigError
from promosms.settings.schema import Settings

__all__ = [
    "ConfigError",
    "Settings",
    "change_settings",
    "init_app",
    "instance_file",
    "instance_path",
    "secret_key",
    "settings",
    "settings_of",
    "use_settings",
]
EXTENSION = "promosms.settings"


def settings_of(app: Flask) -> Settings:
    """The settings of an application, for code outside of its context."""
    settings: Settings = app.extensions[EXTENSION]
    return settings


# The settings of the running application, for code that does not know the web framework.
settings = cast(Settings, LocalProxy(lambda: settings_of(current_app)))


def init_app(app: Flask, overrides: Mapping[str, object] | None) -> None:
    """Read the settings, and tell the libraries what they want to know. Raises ConfigError.

    From here on, whatever process this is, its files are readable by their owner only: databases,
    exports and logs hold the data of customers.
    """
    os.umask(0o077)
    folder = Path(app.instance_path)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _no_folder(folder, error) from error
    values = dict(overrides or {})
    for name in [name for name in values if name not in sources.KINDS]:
        if library_config.known(name):
            app.config[name] = values.pop(name)
    found = _completed(sources.read(folder, values), folder)
    _check(app, found)
    use_settings(app, found)


def use_settings(app: Flask, settings: Settings) -> None:
    """From now on these are the settings of the application."""
    app.extensions[EXTENSION] = settings
    app.config.update(library_config.derived(settings))


def change_settings(app: Flask, **changes: Any) -> None:
    """Change some settings of a running application, unchecked."""
    use_settings(app, replace(settings_of(app), **changes))


def instance_path() -> str:
    """The folder of this installation: `PROMOSMS_INSTANCE`, or `instance/` beside the package."""
    beside = Path(__file__).resolve().parents[2] / "instance"
    return str(Path(os.environ.get("PROMOSMS_INSTANCE") or beside).resolve())


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
    except OSError as error:
        raise _no_folder(folder, error) from error
    try:
        key = path.read_text().strip()
    except (OSError, ValueError):
        key = ""
    if not key:
        raise ConfigError(f"{path} is empty or cannot be read: bring the file of a backup back.")
    return key


def _no_folder(folder: Path, error: OSError) -> ConfigError:
    reason = (error.strerror or "").lower()
    return ConfigError(
        f"The folder {folder} cannot be written ({reason}). Give it to the user who starts "
        "PromoSMS, or set PROMOSMS_INSTANCE to another folder."
    )


def _completed(settings: Settings, folder: Path) -> Settings:
    """What follows from the folder and from other settings where nothing was given."""
    local = () if settings.production else ("localhost", "127.0.0.1")
    url = service_urls.split(settings.public_url)
    host = (url and url.hostname) or ""
    short = service_urls.split(settings.short_link_url)
    short_host = (short and short.hostname) or host
    logo, leaked = settings.operator_logo, settings.leaked_passwords
    return replace(
        settings,
        secret_key=settings.secret_key or secret_key(folder),
        database_url=service_urls.plain(settings.database_url) or embedded.database_url(folder),
        redis_url=service_urls.plain(settings.redis_url) or embedded.redis_url(folder),
        operator_logo=logo and str(folder / logo),
        leaked_passwords=leaked and str(folder / leaked),
        trusted_hosts=settings.trusted_hosts or tuple(dict.fromkeys((host, short_host, *local))),
    )


def _check(app: Flask, settings: Settings) -> None:
    folder = Path(app.instance_path)
    if wrong := (
        next(filter(None, _rules(settings)), "")
        or service_urls.problem(settings)
        or sqlite_check.problem(settings.database_url)
        or optional_cookies.problem(settings)
        or selling_checks.problem(settings)
        or production_checks.problem(settings, folder, debug=app.debug, testing=app.testing)
    ):
        raise ConfigError(wrong)


def _rules(settings: Settings) -> Iterator[str]:
    if settings.log_ip_days > settings.log_days:
        yield "LOG_IP_DAYS must not be more than LOG_DAYS."
    if not settings.languages:
        yield "LANGUAGES must name a language."
    for language in settings.languages:
        if language not in translated():
            yield f"LANGUAGES: {language!r} is not translated; there are {', '.join(translated())}."
    if not settings.registration_countries:
        yield "REGISTRATION_COUNTRIES must name a country."
    for country in settings.registration_countries:
        if country not in SUPPORTED_REGIONS:
            yield (
                "REGISTRATION_COUNTRIES must be codes of ISO 3166 in capitals, such as PL, not "
                f"{country!r}."
            )
    yield service_urls.file_problem("LEAKED_PASSWORDS", settings.leaked_passwords)


def translated() -> list[str]:
    """The languages that the pages can speak: English, and those with a catalogue."""
    folder = Path(__file__).resolve().parents[1] / "translations"
    return sorted({"en", *(path.parents[1].name for path in folder.glob("*/LC_MESSAGES/*.po"))})
