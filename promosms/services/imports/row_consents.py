"""The consents that the rows of an import give: one act for all, and those that rows say alone."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy.orm import Session

from promosms.models import Consent, Import
from promosms.services.imports.consent_columns import Standing
from promosms.services.imports.rows import Entry
from promosms.services.recipients import consents

COLUMNS = ("consent", "consent_id")
"""The columns of a recipient that hold a consent."""
UNSAID: tuple[Any, ...] = (Consent.NONE.value, None)


class RowConsents:
    """The consents of a batch: state and act, in the order of COLUMNS.

    Acts of evidence that stands in the rows are made within the transaction of the batch, unless
    the import has one that says the same.
    """

    def __init__(self, session: Session, running: Import, entries: Iterable[Entry]) -> None:
        self.of_all = running.consent, running.consent_id
        self.day = consents.basis_of(consents.of(running)).day
        said = {entry.evidence for entry in entries if entry.evidence}
        self.acts = consents.of_import(session, running, said) if said else {}

    def of_new(self, entry: Entry) -> tuple[Any, ...]:
        """Of somebody who was not here."""
        if entry.evidence:  # somebody may have agreed before they opted out
            return Consent.GIVEN.value, self.acts[entry.evidence]
        return UNSAID if entry.standing > Standing.UNSAID else self.of_all

    def of_known(
        self, entry: Entry, existing: Mapping[str, Any], *, said_here: bool
    ) -> tuple[Any, ...]:
        """Of somebody who is here; `said_here`: their consent is of an earlier row of the import.

        Older evidence is better evidence; a row that says so gives no consent of its own. Who has
        withdrawn a consent since they agreed, as the import says, has none.
        """
        before = tuple(existing[name] for name in COLUMNS)
        if existing["consent"] == Consent.GIVEN and not said_here:
            return before
        day = entry.evidence[1] if entry.evidence else self.day
        if existing["withdrawn_at"] and existing["withdrawn_at"] >= consents.begin_of(day):
            return before
        return self.of_new(entry)
