"""Joining: somebody who has signed up becomes a recipient on the list, with their consent."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from promosms.models import (
    FIELD_NAMES,
    Account,
    Consent,
    ConsentHow,
    Recipient,
    SignUpForm,
    now,
)
from promosms.services.recipients import consents, held_replies, lists, recipients
from promosms.services.recipients.consent import Basis
from promosms.services.recipients.search import search_text
from promosms.services.sending import opt_outs

LONGEST_NAME, LONGEST_SOURCE = 100, 300


def join(
    session: Session,
    form: SignUpForm,
    phone: str,
    first_name: str,
    wording_id: int | None,
    how: ConsentHow,
    source: str,
    moment: datetime,
) -> bool:
    """Put a number (E.164) on the list of the form, as its holder asked for at this moment.

    It is their own act: it lifts an opt-out and a held reply from before, as START does. What came
    after it counts more: then nothing is changed. A name that is there stays. To repeat it changes
    nothing; False if nothing was news. Takes the opt-out lock of the account: call it before
    other rows are locked.
    """
    account_id = form.account_id
    opt_outs.lock(session, account_id)
    form = session.get_one(SignUpForm, form.id, with_for_update=True, populate_existing=True)
    if _stopped_since(session, account_id, phone, moment):
        return False
    lifted = opt_outs.lift(account_id, phone)
    held_replies.settle(session, account_id, phone)
    list_ids = lists.lock(session, [form.list_id] if form.list_id else [])
    recipient, _new = recipients.one_with(session, account_id, phone)
    _complete(recipient, first_name)
    zone = ZoneInfo(session.get_one(Account, account_id).timezone)
    basis = Basis(
        Consent.GIVEN, source[:LONGEST_SOURCE], moment.astimezone(zone).date(), wording_id
    )
    news = _agree(session, recipient, basis, how, again=lifted)
    put = lists.put_on_locked(session, account_id, [recipient.id], list_ids)
    if news or put:
        recipient.updated_at = now()
        form.n_joined += 1
    session.flush()
    return bool(news or put)


def _stopped_since(session: Session, account_id: int, phone: str, moment: datetime) -> bool:
    """Have they opted out after this moment, or withdrawn?

    Texts may be read in another order than they came.
    """
    row = opt_outs.locked(session, account_id, phone)
    if row is not None and (row.received_at or row.created_at) > moment:
        return True
    known = recipients.by_phone(account_id, phone)
    said = consents.of(known) if known else None
    return said is not None and said.state == Consent.NONE and said.created_at > moment


def _complete(recipient: Recipient, first_name: str) -> None:
    name = first_name.strip()[:LONGEST_NAME]
    if name and not recipient.first_name and not recipient.last_name:
        recipient.first_name = name
        values = {field: getattr(recipient, field) for field in FIELD_NAMES}
        recipient.search = search_text(recipient.phone, values)


def _agree(
    session: Session,
    recipient: Recipient,
    basis: Basis,
    how: ConsentHow,
    *,
    again: bool,
) -> bool:
    """Make their consent the act in force, if it is news.

    Who has agreed to the same words in the same way keeps the older act, whatever the day: it is
    no news, so nobody is told and paid for. After an opt-out they have agreed `again`: the act
    before does not prove that.
    """
    before = consents.of(recipient)
    if before is not None and before.state == Consent.GIVEN:
        same = (before.how, before.wording_id) == (how, basis.wording_id)
        if same and not again:
            return False
    recipient.consent_id = consents.make(session, recipient.account_id, basis, how)
    recipient.consent = basis.consent
    return True
