"""Pages of campaigns."""

from promosms.views.campaigns import (
    composer,
    departure,
    download,
    report,
    review,
    schedule,
    versions,
)
from promosms.views.campaigns.blueprint import bp

__all__ = ["bp", "composer", "departure", "download", "report", "review", "schedule", "versions"]
