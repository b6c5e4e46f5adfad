"""Placeholders in a text, such as {first_name} and {first_name|there}, and their values."""

import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass

# A doubled brace is rendered as one; a brace outside a placeholder is text.
_TOKEN = re.compile(
    r"(?P<brace>\{\{|\}\})|\{(?P<name>[ \-]*\w[\w \-]*)(?:\|(?P<default>[^{}]*))?\}"
)
_SEPARATORS = re.compile(r"[\s_-]+")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")

# Marks a missing value until the spaces around it are removed. The control character is unique:
# compile removes it from the text, and values never contain it.
_GAP = "\x00"
_GAPS = re.compile(f"^(?: *{_GAP}[ {_GAP}]*,?)+ *|(?<! )(?P<gap> *{_GAP}[ {_GAP}]*)", re.MULTILINE)
_ALWAYS_CLOSE = frozenset(",.")
# French writes a space before these: a space in the text stays.
_MAY_STAND_APART = frozenset(";:!?)")


@dataclass(frozen=True, slots=True)
class Placeholder:
    """A placeholder in a text for one field of the recipient."""

    name: str
    """The name as `canonical` returns it."""
    default: str | None
    """The text for recipients without a value."""


@dataclass(frozen=True, slots=True)
class Template:
    """A compiled text, to be rendered for many recipients."""

    opening: str
    fields: tuple[tuple[Placeholder, str], ...]
    """Each placeholder with the text that follows it."""

    @property
    def names(self) -> tuple[str, ...]:
        """The fields that the text uses, each once, in order of appearance."""
        return tuple(dict.fromkeys(placeholder.name for placeholder, _ in self.fields))

    def render(self, values: Mapping[str, str | None]) -> str:
        """Return the text for one recipient; the keys of values are canonical names.

        A value is inserted literally, on one line, and never read as a placeholder. Without a
        value the default is used. Without both, the spaces around the gap are removed.
        """
        written, gaps = [self.opening], False
        for placeholder, following in self.fields:
            value = _one_line(values.get(placeholder.name)) or placeholder.default
            gaps = gaps or not value
            written += value or _GAP, following
        text = "".join(written)
        return _GAPS.sub(_closed, text) if gaps else text


def canonical(name: str) -> str:
    """Return the canonical name of a field: First Name and first-name are first_name."""
    composed = unicodedata.normalize("NFC", name.strip()).casefold()
    return _SEPARATORS.sub("_", composed)


def _folded(name: str) -> str:
    """The name by which two spellings are one: FirstName, first-name and first_name."""
    return canonical(name).replace("_", "")


def placeholders(text: str) -> tuple[Placeholder, ...]:
    """Return the different placeholders of a text in order of appearance."""
    return tuple(dict.fromkeys(placeholder for placeholder, _ in compile(text).fields))


def unknown(text: str, known: Collection[str]) -> tuple[str, ...]:
    """Return the canonical names of a text that are not among `known`, each once."""
    names = {_folded(name) for name in known}
    return tuple(name for name in compile(text).names if _folded(name) not in names)


def same(first: str, second: str) -> bool:
    """Are these two texts one placeholder, whatever its case, separators and default?"""
    names = [[_folded(name) for name in compile(text).names] for text in (first, second)]
    return names[0] == names[1] != []


def literally(text: str) -> str:
    """Return a text whose template renders exactly this text: each brace is doubled."""
    return text.replace("{", "{{").replace("}", "}}")


def compile(text: str, known: Collection[str] | None = None) -> Template:
    """Compile a text to a template. Every text is valid, so there are no errors.

    {name} and {name|default} are placeholders, {{ and }} write a brace. With the names `known`, a
    placeholder has the known name that is the same without case, blanks, hyphens and underscores;
    one of another name is text.
    """
    names = None if known is None else {_folded(name): name for name in known}
    literals, fields, position = [""], [], 0
    text = text.replace(_GAP, "")
    for token in _TOKEN.finditer(text):
        literals[-1] += text[position : token.start()]
        position = token.end()
        if token["brace"]:
            literals[-1] += token["brace"][0]
            continue
        name = canonical(token["name"]) if names is None else names.get(_folded(token["name"]))
        if name is None:
            literals[-1] += token[0]
            continue
        default = token["default"]
        fields.append(Placeholder(name, default and default.strip()))
        literals.append("")
    literals[-1] += text[position:]
    return Template(literals[0], tuple(zip(fields, literals[1:], strict=True)))


def _one_line(value: str | None) -> str:
    """Return a value without control characters; empty when only spaces are left."""
    if not value:
        return ""
    if not value.isprintable():
        value = _CONTROL.sub(" ", value)
    return "" if value.isspace() else value


def _closed(match: re.Match[str]) -> str:
    """Return the remaining space for missing values, and for a comma after a gap at the start."""
    gap, after = match["gap"], match.string[match.end() : match.end() + 1]
    if gap is None or after in {"", "\n"} or after in _ALWAYS_CLOSE:
        return ""
    if after in _MAY_STAND_APART and gap.endswith(_GAP):
        return ""
    return " " if " " in gap else ""
