"""Consent: on what basis an account may text promotions to a recipient."""

from dataclasses import dataclass
from datetime import date

from promosms.models import Consent

FIRST_DAY = date(1990, 1, 1)
"""Nobody has agreed to texts before there were any: the year is a slip of the pen."""


@dataclass(frozen=True, slots=True)
class Basis:
    """Whether the recipient agreed, and the evidence: where or how, and on which day."""

    consent: Consent = Consent.NONE
    source: str = ""
    day: date | None = None

    def columns(self) -> dict[str, object]:
        """The columns of a recipient or an import that hold it."""
        given = self.consent is Consent.GIVEN
        return {
            "consent": self.consent,
            "consent_source": self.source.strip() if given else "",
            "consent_on": self.day if given else None,
        }
