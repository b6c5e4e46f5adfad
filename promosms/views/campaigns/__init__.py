"""Pages of campaigns."""

from promosms.views.campaigns import (
    ab_test,
    calendar,
    compare,
    composer,
    departure,
    download,
    report,
    review,
    schedule,
    second_yes,
    versions,
)
from promosms.views.campaigns.blueprint import bp

__all__ = [
    "ab_test",
    "bp",
    "calendar",
    "compare",
    "composer",
    "departure",
    "download",
    "report",
    "review",
    "schedule",
    "second_yes",
    "versions",
]
