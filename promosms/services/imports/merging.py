"""How a row of a file and a recipient become one: what replaces what, by the mode of the import.

Rows are taken one after the other, so it does not matter which of them share a batch. A value that
is empty in the file never replaces one.
"""

from collections.abc import Mapping

from promosms.models import ImportMode


def stays(mode: str, ours: bool) -> bool:
    """Is a recipient left as it is? `ours`: this import has added it, by a row before."""
    return mode == ImportMode.LEAVE and not ours


def merged(mode: str, before: Mapping[str, str], values: Mapping[str, str]) -> dict[str, str]:
    """The fields of a recipient, or of rows before, together with the values of a row.

    Later values replace earlier ones if the mode is `overwrite`, else they fill what is empty.
    """
    given = {name: value for name, value in values.items() if value}
    if mode == ImportMode.OVERWRITE:
        return {**before, **given}
    return {**before, **given, **{name: value for name, value in before.items() if value}}
