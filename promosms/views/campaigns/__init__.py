"""Pages of campaigns."""

from promosms.views.campaigns import composer, download, report, review, schedule
from promosms.views.campaigns.blueprint import bp

__all__ = ["bp", "composer", "download", "report", "review", "schedule"]
