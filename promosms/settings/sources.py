"""Where settings come from: `instance/config.py`, over it the environment, over it the program.

Types are those of the schema. Flask's `from_prefixed_env` is not used, because it guesses types:
the postcode 01067 and the password 1e5 would become numbers.
"""

import os
from collections.abc import Mapping
from dataclasses import fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from flask import Config

from promosms.settings.conversion import ConfigError, from_python, from_text
from promosms.settings.schema import Settings

PREFIX = "PROMOSMS_"
KINDS: dict[str, Any] = {field.name.upper(): field.type for field in fields(Settings)}
# Read elsewhere: the folder of the installation, and the mark of supervisor/orphans.py.
OTHERS = ("PROMOSMS_INSTANCE", "PROMOSMS_SUPERVISED")
WITHOUT_PREFIX = ("DATABASE_URL", "REDIS_URL")


def read(folder: Path, overrides: Mapping[str, object]) -> Settings:
    """The settings of the installation in this folder. Raises ConfigError."""
    return Settings(**{**given(_file(folder)), **_environment(), **given(overrides)})


def given(values: Mapping[str, object]) -> dict[str, Any]:
    """The fields that values with names in capitals set. Raises ConfigError."""
    for name in values:
        _refuse_unknown(name)
    return {name.lower(): from_python(name, KINDS[name], value) for name, value in values.items()}


def _file(folder: Path) -> Mapping[str, object]:
    config = Config(folder)
    try:
        config.from_pyfile("config.py", silent=True)
    except Exception as error:  # the file is a program, and may fail in any way
        reason = str(error).partition("\n")[0]
        raise ConfigError(f"{folder / 'config.py'} cannot be read: {reason}") from error
    return config


def _environment() -> dict[str, Any]:
    names = [name for name in os.environ if name.startswith(PREFIX) and name not in OTHERS]
    for name in names:
        _refuse_unknown(name, PREFIX)
    setting_by_name = {name: name.removeprefix(PREFIX) for name in (*WITHOUT_PREFIX, *names)}
    return {
        name.lower(): from_text(shown, KINDS[name], os.environ[shown])
        for shown, name in setting_by_name.items()
        if shown in os.environ
    }


def _refuse_unknown(shown: str, prefix: str = "") -> None:
    name = shown.removeprefix(prefix)
    if name in KINDS:
        return
    near = get_close_matches(name.upper(), KINDS, n=1)
    hint = f"did you mean {prefix}{near[0]}?" if near else "docs/operations.md names all."
    raise ConfigError(f"{shown} is no setting; {hint}")
