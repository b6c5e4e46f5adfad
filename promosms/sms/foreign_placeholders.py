"""Placeholders of other programs in a text: nobody would fill them in.

Somebody who used Mailchimp, Notify or a plug-in of a shop writes {{first_name}}, *|FNAME|*, %name%
or #name#. We would send these as they stand, so the writer is asked first.
"""

import re
from collections.abc import Callable
from typing import NamedTuple

from promosms.sms import personalise

_NAME = r"[^\W\d][\w.:-]{1,39}"  # also contact.first_name and contact:name
_WORDS = r"[^\W\d](?:[\w.: -]{0,38}\w)?"
_BODY = r"[^{}\n]{1,80}"
# As programs call their fields. In a link or an address it is no placeholder.
_UNDERSCORED = r"[^\W\d_]+(?:_[^\W_]+)+"
# Signs that have no other use in a text.
_CERTAIN = (
    rf"\$\{{({_BODY})\}}",
    rf"\{{%({_BODY})%\}}",
    rf"\{{\{{\{{?({_BODY})\}}?\}}\}}",
    r"\(\(([^\W\d][^()\n]{0,79})\)\)",
    r"\*\|([^|\n]{1,80})\|\*",
    r"\[\[([^\[\]\n]{1,80})\]\]",
    r"\[%([^%\]\n]{1,80})%\]",
    r"<%=?([^%>\n]{1,80})%>",
    r"<<([^<>\n]{1,80})>>",
    rf"(?<![\w%])%{{1,2}}({_NAME})%{{1,2}}(?![\w%])",
    rf"(?<![\w#])#{{1,2}}({_NAME})#{{1,2}}(?![\w#])",
    rf"(?<![\w$])\${{1,2}}({_NAME})\${{1,2}}(?![\w$])",
    rf"(?<![\w@])@{{1,2}}({_NAME})@{{1,2}}(?![\w@])",
    rf"%\(({_NAME})\)[sd](?!\w)",
    # One brace, but not ours: {name:there}, {contact.name}, {$name}, {name|default:there}.
    r"\{([$@#&!:.%][^\W\d][\w .]{0,39})\}",
    r"\{[\"']([^\W\d][\w .-]{0,39})[\"']\}",
    r"\{([^\W\d][\w -]{0,39}\|\|[^{}\n]{0,80})\}",
    r"\{([^\W\d][\w -]{0,39}[:.,/?=;\[(][^{}\n]{0,80})\}",
    r"\{([^\W\d][\w -]{0,39}\| *default *[:(=][^{}\n]{0,80})\}",
)
# Signs that a text may have, unless they stand around the name of a detail.
_POSSIBLE = (
    # Ours, perhaps with a name of another program.
    r"(?<!\{)\{([ -]*\w[\w -]{0,60})(?:\|[^{}]*)?\}(?!\})",
    rf"\[({_WORDS}(?:[, ] *(?:default|fallback) *[:=][^\[\]\n]{{0,80}})?)\]",
    rf"<({_WORDS})>",
    rf"«({_WORDS})»",
    rf"(?<![\w%])%{{1,2}}({_WORDS})%{{1,2}}(?![\w%])",
    rf"(?<![\w#])#{{1,2}}({_WORDS})#{{1,2}}(?![\w#])",
    rf"(?<![\w%])%({_NAME})(?![\w%])",
    *(rf"(?<![\w{sign}])\{sign}{{1,2}}({_NAME})\{sign}{{1,2}}(?![\w{sign}])" for sign in "*|!~^"),
    rf"(?<![\w_])__({_NAME}?)__(?![\w_])",
    rf"(?<![\w$/])\$({_NAME})",
    rf"(?<!\{{)\{{({_NAME})(?![\w|{{}} -]*[}}|])",  # never closed
    rf"\{{\{{({_NAME})\}}(?!\}})",
    rf"\(({_UNDERSCORED})\)",
    rf"(?<![\w{{/?&=.+%#$|~*^<\[@:-])[@:]?({_UNDERSCORED})\}}?(?![\w=@/])",
)
_ANY = re.compile("|".join(_CERTAIN + _POSSIBLE))
_DEFAULT = re.compile(
    r"\s*(?:\|\||[|,:]\s*(?:default|fallback)\s*[:(=]?|\s(?:default|fallback)\s*[:(=])\s*"
)
_PIECES = re.compile(r"[.:,/?=;\[\]()|]+")
_QUOTES = " \t\"'()"

FieldOf = Callable[[str], str]
"""The field of a recipient for a word such as "FNAME"; "" if there is none."""


class ForeignPlaceholder(NamedTuple):
    """A placeholder of another program as it is written, and ours for it ("" if there is none)."""

    written: str
    ours: str


def find(text: str, field_of: FieldOf) -> tuple[ForeignPlaceholder, ...]:
    """The placeholders of other programs in a text, each once, in order of appearance."""
    matches = (_read(match, field_of) for match in _ANY.finditer(text))
    return tuple(dict.fromkeys(foreign for foreign in matches if foreign is not None))


def replace(text: str, field_of: FieldOf) -> str:
    """The text with our placeholders instead, where there is one."""

    def ours(match: re.Match[str]) -> str:
        foreign = _read(match, field_of)
        return foreign.ours if foreign and foreign.ours else match[0]

    return _ANY.sub(ours, text)


def _read(match: re.Match[str], field_of: FieldOf) -> ForeignPlaceholder | None:
    ours = _ours(match[match.lastindex or 0], field_of)
    if ours and "|" not in ours and (like_ours := personalise.placeholders(match[0])):
        ours = f"{ours[:-1]}|{like_ours[0].default}}}" if like_ours[0].default else ours
    possible = (match.lastindex or 0) > len(_CERTAIN)
    if possible and (not ours or personalise.same(match[0], ours)):
        return None
    return ForeignPlaceholder(match[0], ours)


def _ours(body: str, field_of: FieldOf) -> str:
    """{field} or {field|default}; "" if no word of it is the name of a field."""
    name, *given = _DEFAULT.split(body, 1)
    pieces = [piece.strip(_QUOTES + "$@#&!%_") for piece in _PIECES.split(name)]
    known = [(at, field_of(piece)) for at, piece in enumerate(pieces) if field_of(piece)]
    if not known:
        return ""
    at, field = known[-1]
    # What stands before a name is its record: recipient.first_name. But company.name is a company.
    if pieces[at].casefold() == "name" and known[0][1] != "phone":
        at, field = known[0]
    if not given and at + 1 < len(pieces) and ":" in name and len(known) == 1:
        given = [name.split(":", 1)[1]]
    default = "".join(given).strip(_QUOTES).replace("{", "").replace("}", "")
    return f"{{{field}|{default}}}" if default else f"{{{field}}}"
