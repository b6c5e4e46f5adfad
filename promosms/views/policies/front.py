"""What the first page shows: an example of a report, and some of the promises."""

from dataclasses import dataclass

from promosms.language import pgettext
from promosms.lib.charts.stacked import Part, Stacked, stacked

PROMISES = ("P1", "P3", "P5", "P6", "P11", "P12")
"""The ids of the promises on the first page: those that a shop owner asks about first."""
ARRIVED, NOT_ARRIVED, UNKNOWN = 1637, 44, 9


@dataclass(frozen=True)
class Example:
    """The report of a campaign that nobody has sent: the share that arrived, and its bar."""

    percent: int
    bar: Stacked


def example() -> Example:
    """The example, with labels in the reader's language."""
    parts = [
        Part("good", ARRIVED, pgettext("texts", "arrived")),
        Part("bad", NOT_ARRIVED, pgettext("texts", "did not arrive")),
        Part("doubt", UNKNOWN, pgettext("of texts", "nobody knows")),
    ]
    return Example(round(100 * ARRIVED / (ARRIVED + NOT_ARRIVED + UNKNOWN)), stacked(parts))
