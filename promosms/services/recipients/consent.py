"""Consent: on what basis an account may text promotions to a recipient."""

from dataclasses import dataclass
from datetime import date

from promosms.models import Consent

FIRST_DAY = date(1990, 1, 1)
"""Nobody has agreed to texts before there were any: the year is a slip of the pen."""


@dataclass(frozen=True, slots=True)
class Basis:
    """Whether people agreed, and the evidence: where or how, on which day, to which words."""

    consent: Consent = Consent.NONE
    source: str = ""
    day: date | None = None
    wording_id: int | None = None

    @property
    def given(self) -> bool:
        """Have they agreed?"""
        return self.consent is Consent.GIVEN

    def columns(self) -> dict[str, object]:
        """The columns of an act that hold it."""
        return {
            "state": self.consent,
            "source": self.source.strip() if self.given else "",
            "agreed_on": self.day if self.given else None,
            "wording_id": self.wording_id if self.given else None,
        }
