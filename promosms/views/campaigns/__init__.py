"""Pages of campaigns."""

from promosms.views.campaigns import (
    calendar,
    compare,
    composer,
    departure,
    download,
    report,
    review,
    schedule,
    versions,
)
from promosms.views.campaigns.blueprint import bp

__all__ = [
    "bp",
    "calendar",
    "compare",
    "composer",
    "departure",
    "download",
    "report",
    "review",
    "schedule",
    "versions",
]
