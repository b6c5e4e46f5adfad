"""Values as they were given become values of the right type, or are refused in one line."""

import json
from collections.abc import Callable, Mapping
from typing import Annotated, Any, get_args, get_origin

from promosms.settings.schema import Between

SHOWN = 40  # characters of a wrong value
YES, NO = ("1", "true", "yes", "on"), ("0", "false", "no", "off")


class ConfigError(Exception):
    """A setting that cannot work; its text is one line for the operator."""


def from_python(name: str, kind: Any, value: object) -> Any:
    """A value of the file, which must have the type of the setting. Raises ConfigError.

    The line does not quote the value: it may be a password.
    """
    try:
        return _checked(kind, value)
    except (ValueError, OverflowError) as error:
        raise ConfigError(f"{name} must be {_wanted(kind)}.") from error


def from_text(name: str, kind: Any, text: str) -> Any:
    """A value of the environment, where everything is text. Raises ConfigError."""
    try:
        return _checked(kind, _read(kind, text))
    except (ValueError, RecursionError) as error:
        # Text is never refused here, so that no password is quoted.
        shown = text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
        raise ConfigError(f"{name} must be {_wanted(kind)}, not {shown!r}.") from error


def as_text(value: object) -> str:
    """A setting as it is written in the environment."""
    if isinstance(value, bool):
        return YES[2] if value else NO[2]
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return json.dumps(value) if isinstance(value, Mapping) else str(value)


def _read(kind: Any, text: str) -> object:
    """A value from its text; raises ValueError."""
    plain, _ = type_and_limits(kind)
    if plain is bool:
        return _yes_or_no(text)
    if plain is tuple:
        item = get_args(kind)[0]
        return [_read(item, part.strip()) for part in text.split(",") if part.strip()]
    readers: dict[object, Callable[[str], object]] = {int: int, float: float, Mapping: json.loads}
    return readers.get(plain, str)(text)


def _yes_or_no(text: str) -> bool:
    word = text.strip().lower()
    if word not in YES + NO:
        raise ValueError(word)
    return word in YES


def _checked(kind: Any, value: object) -> object:
    """A value of the setting's type, within its limits; raises ValueError."""
    plain, limits = type_and_limits(kind)
    if plain is tuple and isinstance(value, list | tuple):
        return tuple(_checked(get_args(kind)[0], item) for item in value)
    if plain is float and type(value) is int:
        value = float(value)
    if plain is Mapping and isinstance(value, dict):
        return value
    if type(value) is not plain:  # True is an int, too, and no number of anything
        raise ValueError(value)
    if limits and isinstance(value, int | float) and not limits.least <= value <= limits.most:
        raise ValueError(value)
    return value


def type_and_limits(kind: Any) -> tuple[Any, Between | None]:
    """The plain type, and the limits of a number if it has some."""
    if get_origin(kind) is Annotated:
        plain, limits = get_args(kind)
        return plain, limits
    return get_origin(kind) or kind, None


def _wanted(kind: Any) -> str:
    """What a setting must be, in words."""
    plain, limits = type_and_limits(kind)
    if plain is tuple:
        return f"a list of {'whole numbers' if get_args(kind)[0] is int else 'texts'}"
    words = {
        bool: "yes or no (in the file: True or False)",
        int: "a whole number",
        float: "a number",
        str: "text",
        Mapping: "a dictionary (in the environment: JSON)",
    }
    kind_words = words[plain]
    if limits is None:
        return kind_words
    unit = f" ({limits.unit})" if limits.unit else ""
    return f"{kind_words} from {limits.least} to {limits.most}{unit}"
