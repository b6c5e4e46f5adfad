"""What became of a request of PromoSMS REST 3.2, for each of its recipients."""

from collections.abc import Sequence
from dataclasses import dataclass

from promosms.services.accounts import trial
from promosms.services.api.rest32.statuses import NotDone, Status

Done = dict[str, str | NotDone]
"""By number: the public id of its text, or why there is none."""


@dataclass(frozen=True)
class Result:
    """One recipient of a request: the text, or why there is none.

    `phone` is E.164, empty for what is no number. `twice`: the number stands in the request before,
    so its text is that one. `index` is the program's own id.
    """

    phone: str
    id: str = ""
    refused: NotDone | None = None
    twice: bool = False
    index: str = ""

    @property
    def status(self) -> Status:
        """The number that the program gets."""
        return Status.OK if self.refused is None else self.refused.status


def in_order(
    phones: Sequence[str | NotDone], done: Done, indexes: Sequence[str] = ()
) -> list[Result]:
    """A result for each recipient, in the order of the request."""
    seen: set[str] = set()
    results = []
    for place, phone in enumerate(phones):
        index = indexes[place] if place < len(indexes) else ""
        if isinstance(phone, NotDone):
            results.append(Result("", refused=phone, index=index))
            continue
        found = done.get(phone) or NotDone(Status.OPTED_OUT)
        twice = phone in seen
        seen.add(phone)
        if isinstance(found, NotDone):
            results.append(Result(phone, refused=found, twice=twice, index=index))
        else:
            results.append(Result(phone, found, twice=twice, index=index))
    return results


def skipped(reason: str) -> NotDone:
    """Why a message of a batch is skipped, by its reason."""
    return NotDone(Status.TRIAL if reason == trial.SKIPPED else Status.OPTED_OUT)
