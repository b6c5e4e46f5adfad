"""Languages as their speakers call them."""

from collections.abc import Iterable

from babel import Locale, UnknownLocaleError


def names(codes: Iterable[str]) -> list[tuple[str, str]]:
    """(code, name), each name in its own language."""
    return [(code, _own_name(code)) for code in codes]


def _own_name(code: str) -> str:
    try:
        name = Locale.parse(code).get_display_name(code)
    except (UnknownLocaleError, ValueError):
        return code
    return name.capitalize() if name else code
