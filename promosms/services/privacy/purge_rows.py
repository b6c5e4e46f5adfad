"""Purging rows: what deletes or empties the rows that are due, by the limits of their models."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, String, Table, and_, cast, delete, or_, select, tuple_

from promosms.db.statements import update_rows
from promosms.db.transactions import transaction
from promosms.lib import time_slice
from promosms.logs import files as log_files
from promosms.models import (
    FORGOTTEN_NAME,
    Act,
    ApiRequest,
    BadRow,
    BulkAction,
    ConsentAct,
    GatewayInboxRow,
    Guest,
    Import,
    ImportChange,
    SandboxMessage,
    SignUp,
    TaxCheck,
    UnmatchedOptOut,
    UnmatchedStatus,
    WebhookDelivery,
    now,
    table_of,
)
from promosms.services.gateways import simulated_phone
from promosms.services.imports import imports
from promosms.services.privacy import purge_messages
from promosms.services.recipients import consents as recipient_consents

NETWORK = timedelta(days=30)
BATCH = 500
Place = dict[str, Any]
Purge = Callable[[Place, time_slice.Over], bool]
"""Deletes what is due until the slice is over; True if there is more."""


def _old_rows(
    table: Table, condition: ColumnElement[bool], place: Place, over: time_slice.Over
) -> bool:
    """Delete the rows a batch at a time; True if there are more."""
    keys = table.primary_key.columns
    some = select(*keys).where(condition).limit(BATCH)
    while True:
        with transaction() as session:
            deleted = session.execute(
                delete(table).where(tuple_(*keys).in_(some)).returning(*keys)
            ).all()
        if not deleted:
            return False
        purge_messages.note(place, table.name)
        if over():
            return True


def events(place: Place, over: time_slice.Over) -> bool:
    """Receipts and replies that nobody could apply."""
    return _old_rows(
        table_of(GatewayInboxRow),
        GatewayInboxRow.received_at < now() - GatewayInboxRow.retention.limit,
        place,
        over,
    )


def unmatched_opt_outs(place: Place, over: time_slice.Over) -> bool:
    """Wishes to stop that fit no account."""
    moment, waits = now(), UnmatchedOptOut.status == UnmatchedStatus.WAITING
    unsettled = and_(waits, UnmatchedOptOut.received_at < moment - UnmatchedOptOut.retention.limit)
    settled = UnmatchedOptOut.decided_at < moment - UnmatchedOptOut.SETTLED
    return _old_rows(table_of(UnmatchedOptOut), or_(unsettled, settled), place, over)


def bad_rows(place: Place, over: time_slice.Over) -> bool:
    """Refused rows of imports that have ended."""
    ended = select(Import.id).where(
        Import.status.in_(imports.ENDED), Import.created_at < now() - BadRow.retention.limit
    )
    return _old_rows(table_of(BadRow), BadRow.import_id.in_(ended), place, over)


def import_changes(place: Place, over: time_slice.Over) -> bool:
    """What imports have changed that cannot be undone any more."""
    old = and_(
        Import.status.in_(imports.ENDED),
        Import.finished_at < now() - ImportChange.retention.limit,
    )
    ended = select(Import.id).where(old)
    return _old_rows(table_of(ImportChange), ImportChange.import_id.in_(ended), place, over)


def bulk_actions(place: Place, over: time_slice.Over) -> bool:
    """Bulk actions that have ended."""
    old = BulkAction.finished_at < now() - BulkAction.retention.limit
    return _old_rows(table_of(BulkAction), old, place, over)


def file_names(place: Place, _over: time_slice.Over) -> bool:
    """The name of a file goes with the rows that were refused in it; the import stays."""
    old = Import.created_at < now() - BadRow.retention.limit
    named = Import.filename.not_in(("", FORGOTTEN_NAME)), Import.status.in_(imports.ENDED)
    with transaction() as session:
        changed = session.execute(
            update_rows(Import)
            .where(old, *named)
            .values(filename=FORGOTTEN_NAME)
            .returning(Import.id)
        ).all()
    if changed:
        purge_messages.note(place, Import.__tablename__)
    return False


def consents(place: Place, over: time_slice.Over) -> bool:
    """Acts of consent that nobody refers to any more, an account after the other."""
    old = ConsentAct.created_at < now() - ConsentAct.retention.limit
    accounts = select(ConsentAct.account_id).where(old).order_by(ConsentAct.account_id).limit(1)
    while True:
        here = ConsentAct.account_id > place.get("consents", 0)
        with transaction() as session:
            account_id = session.scalar(accounts.where(here))
            if account_id is None:
                place.pop("consents", None)
                return False
            acts = select(ConsentAct.id).where(ConsentAct.account_id == account_id, old)
            unused = {*session.scalars(acts)} - recipient_consents.referred(session, account_id)
            recipient_consents.forget(session, unused)
        if unused:
            purge_messages.note(place, ConsentAct.__tablename__)
        place["consents"] = account_id
        if over():
            return True


def acts(place: Place, over: time_slice.Over) -> bool:
    """What colleagues have done longer ago than anybody asks."""
    old = Act.created_at < now() - Act.retention.limit
    return _old_rows(table_of(Act), old, place, over)


def guests(place: Place, over: time_slice.Over) -> bool:
    """Guests who were removed, or were asked and gave no code."""
    border = now() - Guest.retention.limit
    unanswered = and_(Guest.confirmed_at.is_(None), Guest.sent_at < border)
    old = or_(Guest.removed_at < border, and_(Guest.removed_at.is_(None), unanswered))
    return _old_rows(table_of(Guest), old, place, over)


def sign_ups(place: Place, over: time_slice.Over) -> bool:
    """Numbers in sign-up forms that were not confirmed, and what is left of those that were."""
    old = SignUp.texted_at < now() - SignUp.retention.limit
    return _old_rows(table_of(SignUp), old, place, over)


def api_requests(place: Place, over: time_slice.Over) -> bool:
    """Requests of programs that are not repeated any more."""
    old = ApiRequest.created_at < now() - ApiRequest.retention.limit
    return _old_rows(table_of(ApiRequest), old, place, over)


def sandbox_messages(place: Place, over: time_slice.Over) -> bool:
    """Texts of the sandbox, which nobody got."""
    old = SandboxMessage.created_at < now() - SandboxMessage.retention.limit
    return _old_rows(table_of(SandboxMessage), old, place, over)


def webhook_deliveries(place: Place, over: time_slice.Over) -> bool:
    """What webhooks were told some time ago."""
    old = WebhookDelivery.occurred_at < now() - WebhookDelivery.retention.limit
    return _old_rows(table_of(WebhookDelivery), old, place, over)


def evidence(place: Place, _over: time_slice.Over) -> bool:
    """What VIES answered in full goes; the answer and the number that proves it stay."""
    full = (
        TaxCheck.checked_at < now() - TaxCheck.retention.limit,
        cast(TaxCheck.raw, String) != "{}",
    )
    with transaction() as session:
        changed = session.execute(
            update_rows(TaxCheck).where(*full).values(raw={}).returning(TaxCheck.id)
        ).all()
    if changed:
        purge_messages.note(place, TaxCheck.__tablename__)
    return False


def network(_place: Place, _over: time_slice.Over) -> bool:
    """The simulated network forgets by itself what is older; and leaves no byte of it."""
    if simulated():
        simulated_phone.store().forget_before((now() - NETWORK).timestamp())
    return False


def simulated() -> bool:
    """Is there a simulated network?"""
    path: Path = simulated_phone.gateway_settings()["path"]
    return path.exists()


def logs(_place: Place, _over: time_slice.Over) -> bool:
    """Old files of the log, and whole addresses in younger ones."""
    log_files.tidy(now().date())
    return False


def at_once(function: Callable[[], object]) -> Purge:
    """The purge of something that takes one step."""

    def purge(_place: Place, _over: time_slice.Over) -> bool:
        function()
        return False

    return purge
