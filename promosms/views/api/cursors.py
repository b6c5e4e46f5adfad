"""Cursors of lists: where the next page begins, as a word that means nothing to others."""

from promosms.services.api import message_ids
from promosms.web.api import caller
from promosms.web.api.problems import Problem


def read(cursor: str) -> int | None:
    """The number of the last row of the page before, None at the beginning.

    Raises Problem for a made-up one.
    """
    if not cursor:
        return None
    found = message_ids.after(cursor, sandbox=caller.key().sandbox)
    if found is None:
        detail = "This is no next_cursor of a list: begin again without it."
        raise Problem("invalid-request", errors=[{"parameter": "cursor", "detail": detail}])
    return found


def written(number: int | str | None) -> str | None:
    """The cursor of the page after the row with this number; None at the end."""
    if number is None:
        return None
    return message_ids.cursor(int(number), sandbox=caller.key().sandbox)
