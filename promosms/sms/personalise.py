"""Placeholders in a text, such as {first_name} and {first_name|there}, and their values."""

import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass

# A doubled brace is written as one; a brace that is not part of a placeholder is text.
_TOKEN = re.compile(
    r"(?P<brace>\{\{|\}\})|\{(?P<name>[ \-]*\w[\w \-]*)(?:\|(?P<default>[^{}]*))?\}"
)
_SEPARATORS = re.compile(r"[\s_-]+")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")

# Stands for a missing value until the spaces around it are settled. The control character
# can come from nowhere else: compile takes it out of the text, values never contain it.
_GAP = "\x00"
_GAPS = re.compile(f"^(?: *{_GAP}[ {_GAP}]*,?)+ *|(?<! )(?P<gap> *{_GAP}[ {_GAP}]*)", re.MULTILINE)
_ALWAYS_CLOSE = frozenset(",.")
# French sets these apart: a space that was written before them stays.
_MAY_STAND_APART = frozenset(";:!?)")


@dataclass(frozen=True, slots=True)
class Placeholder:
    """A place in a text for one field of the recipient."""

    name: str
    """In the form of canonical."""
    default: str | None
    """What stands there when the recipient has no value."""


@dataclass(frozen=True, slots=True)
class Template:
    """A text ready to be written to many people."""

    opening: str
    fields: tuple[tuple[Placeholder, str], ...]
    """Each placeholder with the text that follows it."""

    @property
    def names(self) -> tuple[str, ...]:
        """The fields that the text uses, each once, in order of appearance."""
        return tuple(dict.fromkeys(placeholder.name for placeholder, _ in self.fields))

    def render(self, values: Mapping[str, str | None]) -> str:
        """Return the text for one recipient; the keys of values are canonical names.

        A value is inserted as it is, but on one line, and never read as a placeholder. Without
        a value the default stands there; without either the spaces around close up.
        """
        written, gaps = [self.opening], False
        for placeholder, following in self.fields:
            value = _one_line(values.get(placeholder.name)) or placeholder.default
            gaps = gaps or not value
            written += value or _GAP, following
        text = "".join(written)
        return _GAPS.sub(_closed, text) if gaps else text


def canonical(name: str) -> str:
    """Return the one form of a field's name: First Name and first-name are first_name."""
    composed = unicodedata.normalize("NFC", name.strip()).casefold()
    return _SEPARATORS.sub("_", composed)


def placeholders(text: str) -> tuple[Placeholder, ...]:
    """Return the different placeholders of a text in order of appearance."""
    return tuple(dict.fromkeys(placeholder for placeholder, _ in compile(text).fields))


def unknown(text: str, known: Collection[str]) -> tuple[str, ...]:
    """Return the canonical names of a text that are not among the known, each once."""
    names = {canonical(name) for name in known}
    return tuple(name for name in compile(text).names if name not in names)


def compile(text: str) -> Template:
    """Return the template of a text; every text is one, so there are no errors.

    {name} and {name|default} are placeholders, {{ and }} write a brace.
    """
    literals, found, position = [""], [], 0
    text = text.replace(_GAP, "")
    for token in _TOKEN.finditer(text):
        literals[-1] += text[position : token.start()]
        position = token.end()
        if token["brace"]:
            literals[-1] += token["brace"][0]
        else:
            default = token["default"]
            found.append(Placeholder(canonical(token["name"]), default and default.strip()))
            literals.append("")
    literals[-1] += text[position:]
    return Template(literals[0], tuple(zip(found, literals[1:], strict=True)))


def _one_line(value: str | None) -> str:
    """Return a value without control characters, empty when nothing is left to read."""
    if not value:
        return ""
    if not value.isprintable():
        value = _CONTROL.sub(" ", value)
    return "" if value.isspace() else value


def _closed(match: re.Match[str]) -> str:
    """Return what is left of the spaces around missing values, and of a comma after the first."""
    gap, after = match["gap"], match.string[match.end() : match.end() + 1]
    if gap is None or after in {"", "\n"} or after in _ALWAYS_CLOSE:
        return ""
    if after in _MAY_STAND_APART and gap.endswith(_GAP):
        return ""
    return " " if " " in gap else ""
