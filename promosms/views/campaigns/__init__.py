"""Pages of campaigns."""

from promosms.views.campaigns import composer, report, review
from promosms.views.campaigns.blueprint import bp

__all__ = ["bp", "composer", "report", "review"]
