"""The settings that a form offers, as adapters declare them. Words for people stand elsewhere."""

from enum import StrEnum
from typing import NamedTuple


class Shape(StrEnum):
    """How a setting is typed in. A SECRET is never shown again, a SWITCH is yes or no."""

    LINE = "line"
    SECRET = "secret"
    TEXT = "text"
    NUMBER = "number"
    SWITCH = "switch"
    CHOICE = "choice"


class Offered(NamedTuple):
    """A setting with its place on the form.

    `example` is what such a value looks like, `default` what counts without one; `choices` are all
    values of a CHOICE. A `rare` one is for few accounts and stands below the others.
    """

    name: str
    shape: Shape = Shape.LINE
    example: str = ""
    default: str = ""
    choices: tuple[str, ...] = ()
    rare: bool = False


def secret(name: str) -> Offered:
    """A password, key or token."""
    return Offered(name, Shape.SECRET)


def rare(name: str, example: str = "", default: str = "") -> Offered:
    """A line for few accounts."""
    return Offered(name, example=example, default=default, rare=True)


def switch(name: str, *, is_rare: bool = False) -> Offered:
    """Yes or no, which is no unless chosen."""
    return Offered(name, Shape.SWITCH, rare=is_rare)


UNSIGNED = switch("unsigned")
ADDRESSES = rare("addresses", example="203.0.113.0/24,198.51.100.7")
GUARDS = (switch("allow_private", is_rare=True), switch("allow_insecure", is_rare=True))
