"""Pages of campaigns."""

from promosms.views.campaigns import (
    calendar,
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
    "composer",
    "departure",
    "download",
    "report",
    "review",
    "schedule",
    "versions",
]
