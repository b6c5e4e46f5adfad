"""A mutation: a rule that is broken on purpose."""

from typing import NamedTuple

SERVICES = "promosms/services/"


class Mutation(NamedTuple):
    """A text that stands once in a file, what it becomes, and the tests that must notice."""

    file: str
    old: str
    new: str
    tests: str
    database: str = "sqlite"
