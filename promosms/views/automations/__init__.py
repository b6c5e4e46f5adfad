"""Pages of automations."""

from promosms.views.automations import review, writing
from promosms.views.automations.blueprint import bp

__all__ = ["bp", "review", "writing"]
