"""A fast way to read numbers that are written plainly; it never says what the full way would not.

Nearly all numbers of a file are digits, perhaps with a plus, spaces and dashes. For them the steps
of `phonenumbers` are few and can be prepared from its own metadata: one pattern for each country
tells the numbers that can be texted. Whatever needs more than that is left to the full way, as
is each refusal: it has to give a reason. `python -m tests.sms.plain_numbers` compares both ways.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from phonenumbers import (
    COUNTRY_CODE_TO_REGION_CODE,
    REGION_CODE_FOR_NON_GEO_ENTITY,
    PhoneMetadata,
    PhoneNumberDesc,
)

# At least three digits behind the last space or dash: one or two may be an extension.
_PLAIN = re.compile(r"(\+?)([0-9](?:[ -]?[0-9]){3,13}[ -]?[0-9]{3})(?:\.0+)?")
_MOST_DIGITS = 18
_NEVER = re.compile(r"(?!)")
_NOT_TEXTED = (
    "premium_rate",
    "toll_free",
    "shared_cost",
    "voip",
    "personal_number",
    "pager",
    "uan",
    "voicemail",
)
MOBILE, EITHER = 1, 2
"""Kinds that can be texted: mobile, and fixed or mobile where a plan does not distinguish them."""

Found = tuple[str, str, int]
"""E.164, country (ISO 3166-1 alpha-2), MOBILE or EITHER."""


@dataclass(frozen=True, slots=True)
class _Country:
    """The patterns of one country of a country code."""

    region: str
    leading: re.Pattern[str] | None
    """With it the country is told by the first digits, without by whether the number exists."""
    exists: re.Pattern[str]
    texted: re.Pattern[str]
    """Its only group has matched where the kind is MOBILE."""


@dataclass(frozen=True, slots=True)
class _Code:
    """What numbers with a country code are, written with that code."""

    code: str
    prefix: re.Pattern[str]
    countries: tuple[_Country, ...]


@dataclass(frozen=True, slots=True)
class _Home:
    """How numbers are written in a country without a country code."""

    code: _Code
    abroad: re.Pattern[str]
    prefix: re.Pattern[str]
    transformed: bool
    general: re.Pattern[str]
    lengths: frozenset[int]


def find(raw: str, region: str) -> Found | None:
    """The number that can be texted, or None if only the full way can tell."""
    plain = _PLAIN.fullmatch(raw) or _PLAIN.fullmatch(" ".join(raw.split()))
    if plain is None:
        return None
    plus, written = plain.groups()
    digits = written.replace(" ", "").replace("-", "")
    if len(digits) > _MOST_DIGITS:
        return None
    if plus:
        return _with_code(digits)
    return _with_code(digits[2:]) if digits.startswith("00") else _at_home(digits, region)


def _with_code(digits: str) -> Found | None:
    for end in (1, 2, 3):
        code = _code(digits[:end])
        if code is not None:
            return _texted(code, digits[end:])
    return None


def _at_home(digits: str, region: str) -> Found | None:
    home = _home(region)
    if home is None or home.abroad.match(digits):
        return None
    if digits.startswith(home.code.code):
        rest = digits.removeprefix(home.code.code)
        if not home.general.fullmatch(digits):
            known = home.general.fullmatch(rest) and not home.prefix.match(rest)
            return _texted(home.code, rest) if known else None
        if len(digits) not in home.lengths:
            return None
    prefix = home.prefix.match(digits)
    if prefix is None:
        return _country_of(home.code, digits)
    rest = digits[prefix.end() :]
    simple = not home.transformed and prefix.lastindex is None
    if simple and len(rest) in home.lengths and home.general.fullmatch(rest):
        return _country_of(home.code, rest)
    return None


def _texted(code: _Code, national: str) -> Found | None:
    # A prefix that is dialled only at home may have to go: that is for the full way.
    return None if code.prefix.match(national) else _country_of(code, national)


def _country_of(code: _Code, national: str) -> Found | None:
    for country in code.countries:
        if country.leading is not None:
            if not country.leading.match(national):
                continue
        elif len(code.countries) > 1 and not country.exists.fullmatch(national):
            continue
        texted = country.texted.fullmatch(national)
        if texted is None:
            return None
        kind = MOBILE if texted.lastindex else EITHER
        return f"+{code.code}{national}", country.region, kind
    return None


@cache
def _code(digits: str) -> _Code | None:
    regions = COUNTRY_CODE_TO_REGION_CODE.get(int(digits)) if digits[0] != "0" else None
    if not regions or REGION_CODE_FOR_NON_GEO_ENTITY in regions:
        return None
    found = ((region, PhoneMetadata.metadata_for_region(region)) for region in regions)
    countries = tuple(_country(region, about) for region, about in found if about is not None)
    return _Code(digits, _prefix(PhoneMetadata.metadata_for_region(regions[0])), countries)


@cache
def _home(region: str) -> _Home | None:
    about = PhoneMetadata.metadata_for_region(region)
    general = about.general_desc if about is not None else None
    code = _code(str(about.country_code)) if about is not None else None
    if about is None or general is None or code is None:
        return None
    return _Home(
        code,
        re.compile(about.international_prefix) if about.international_prefix else _NEVER,
        _prefix(about),
        bool(about.national_prefix_transform_rule),
        re.compile(general.national_number_pattern or _NEVER.pattern),
        frozenset(general.possible_length),
    )


def _prefix(about: PhoneMetadata | None) -> re.Pattern[str]:
    pattern = about.national_prefix_for_parsing if about is not None else None
    return re.compile(pattern) if pattern else _NEVER


def _country(region: str, about: PhoneMetadata) -> _Country:
    general, fixed = _pattern([about.general_desc]), _pattern([about.fixed_line])
    mobile = _pattern([about.mobile])
    others = _pattern([getattr(about, name) for name in _NOT_TEXTED])
    # Each part only where the metadata has it: most of an import's time goes by here.
    if about.same_mobile_and_fixed_line_pattern:
        any_line, kind = fixed, ""
    else:
        any_line, kind = rf"(?:{fixed}|{mobile})", rf"(?:(?={fixed}\Z)|())"
        fixed = mobile
    return _Country(
        region,
        re.compile(about.leading_digits) if about.leading_digits else None,
        re.compile(rf"(?={general}\Z)(?:{others}|{any_line})"),
        re.compile(rf"(?={fixed}\Z)(?={general}\Z)(?!{others}\Z){kind}[0-9]+"),
    )


def _pattern(kinds: Iterable[PhoneNumberDesc | None]) -> str:
    """A pattern, without groups, for the numbers of any of these kinds."""
    found = [_of_kind(kind) for kind in kinds if kind is not None]
    return f"(?:{'|'.join(one for one in found if one) or '(?!)'})"


def _of_kind(kind: PhoneNumberDesc) -> str:
    lengths: Sequence[int] = kind.possible_length
    if not kind.national_number_pattern:
        return ""
    pattern = re.sub(r"(?<!\\)\((?!\?)", "(?:", kind.national_number_pattern)
    one_of = "|".join(f"[0-9]{{{length}}}" for length in lengths if length > 0)
    if lengths and not one_of:
        return ""
    return (rf"(?=(?:{one_of})\Z)" if one_of else "") + f"(?:{pattern})"
