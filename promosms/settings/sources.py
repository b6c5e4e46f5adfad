"""Where settings come from: `instance/config.py`, over it the environment, over it the program.

Types are those of the schema. Flask's `from_prefixed_env` is not used, because it guesses types:
the postcode 01067 and the password 1e5 would become numbers.
"""

import os
import runpy
import traceback
from collections.abc import Mapping
from dataclasses import fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from promosms.settings.conversion import ConfigError, from_python, from_text
from promosms.settings.schema import Settings

PREFIX = "PROMOSMS_"
KINDS: dict[str, Any] = {field.name.upper(): field.type for field in fields(Settings)}
# Read elsewhere: the folder of the installation, and the mark of supervisor/orphans.py.
OTHERS = ("PROMOSMS_INSTANCE",)
WITHOUT_PREFIX = ("DATABASE_URL", "REDIS_URL")
# Switches of `up`, which are no settings.
SWITCHES = ("--host", "--port", "--http-port", "--demo")
# How much a name of another program must resemble one of ours before it counts as misspelt.
RESEMBLING = 0.85


def read(folder: Path, overrides: Mapping[str, object]) -> Settings:
    """The settings of the installation in this folder. Raises ConfigError."""
    return Settings(**{**given(_file(folder)), **_environment(), **given(overrides)})


def given(values: Mapping[str, object]) -> dict[str, Any]:
    """The fields that values with names in capitals set. Raises ConfigError."""
    for name in values:
        _refuse_unknown(name)
    return {name.lower(): from_python(name, KINDS[name], value) for name, value in values.items()}


def _file(folder: Path) -> Mapping[str, object]:
    path = folder / "config.py"
    try:
        names = runpy.run_path(str(path))
    except FileNotFoundError:
        return {}
    except (Exception, SystemExit) as error:  # the file is a program, and may fail in any way
        raise ConfigError(f"{path} cannot be read: {_reason(error, path)}.") from error
    for name in names:
        right = name.upper()
        if name != right and right in KINDS and right not in names:
            raise ConfigError(f"{path}: {name} is no setting; did you mean {right}?")
    return {name: value for name, value in names.items() if name.isupper()}


def _reason(error: BaseException, path: Path) -> str:
    """What went wrong and where; never the message of an error, which may quote a password."""
    if isinstance(error, OSError):
        return (error.strerror or type(error).__name__).lower()
    if isinstance(error, SyntaxError):
        return f"{error.msg} in line {error.lineno or '?'}"
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if frame.filename == str(path)]
    return f"{type(error).__name__} in line {lines[-1] if lines else '?'}"


def _environment() -> dict[str, Any]:
    names = [name for name in os.environ if name.startswith(PREFIX) and name not in OTHERS]
    for name in names:
        _refuse_unknown(name, PREFIX)
    _refuse_misspelt(os.environ)
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
    if switch := _switch(name):
        raise ConfigError(f"{shown} is no setting; did you mean the switch {switch} of up?")
    others = [other.removeprefix(PREFIX) for other in OTHERS] if prefix else []
    near = get_close_matches(name.upper(), [*KINDS, *others], n=1)
    hint = f"did you mean {prefix}{near[0]}?" if near else "docs/operations.md names all."
    raise ConfigError(f"{shown} is no setting; {hint}")


def _switch(name: str) -> str:
    """The switch of `up` that somebody has taken for a setting: PORT, HTTPPORT, HTTP_PORT."""
    return {_letters(switch): switch for switch in SWITCHES}.get(_letters(name), "")


def _letters(name: str) -> str:
    return name.replace("-", "").replace("_", "").upper()


def _refuse_misspelt(environment: Mapping[str, str]) -> None:
    """Refuse what resembles a setting and is read by nobody, such as DATABSE_URL.

    The environment is full of names of other programs, so the resemblance must be close, and the
    right name must be free.
    """
    ours = [f"{PREFIX}{name}" for name in KINDS] + [*OTHERS[:1], *WITHOUT_PREFIX]
    free = {_letters(name): name for name in ours if name not in environment}
    for name in environment:
        if name.startswith(PREFIX) or name in ours:
            continue
        letters = _letters(name)
        near = get_close_matches(letters, free, n=1, cutoff=RESEMBLING)
        if near and abs(len(near[0]) - len(letters)) <= 1:
            raise ConfigError(f"{name} is no setting; did you mean {free[near[0]]}?")
