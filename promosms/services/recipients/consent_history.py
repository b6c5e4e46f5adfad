"""What a recipient has said about promotions, and who recorded it: now and before."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from promosms.extensions import db
from promosms.models import ConsentAct, ConsentChange, Import, Recipient, Wording
from promosms.services.auth import people
from promosms.services.recipients import consents


@dataclass(frozen=True, slots=True)
class Said:
    """An act, in force until `until`, or still. `by` is the e-mail address of who recorded it."""

    act: ConsentAct
    by: str
    import_: Import | None
    wording: Wording | None
    until: datetime | None


def of(recipient: Recipient) -> list[Said]:
    """The acts about a recipient, the one in force first; empty if nothing was ever said."""
    query = select(ConsentChange.consent_id, ConsentChange.replaced_at).where(
        ConsentChange.recipient_id == recipient.id
    )
    before = db.session.execute(query.order_by(ConsentChange.id.desc())).all()
    spans: list[tuple[int | None, datetime | None]] = [(recipient.consent_id, None)]
    spans += [(row.consent_id, row.replaced_at) for row in before]
    acts = consents.of_many(act_id for act_id, _until in spans)
    found = [(act, until) for act_id, until in spans if (act := acts.get(act_id or 0)) is not None]
    names = people.emails_of(recipient.account_id, {act.by for act, _until in found if act.by})
    return [
        Said(
            act,
            names.get(act.by, ""),
            db.session.get(Import, act.import_id) if act.import_id else None,
            db.session.get(Wording, act.wording_id) if act.wording_id else None,
            until,
        )
        for act, until in found
    ]
