"""The statements of claims: find a campaign, lock it, claim messages and read them.

Each statement is built once.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from enum import Enum
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Select,
    and_,
    bindparam,
    func,
    literal,
    literal_column,
    null,
    or_,
    select,
    true,
    tuple_,
    update,
)
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningUpdate

from promosms.gateways.base import NO_PARTS
from promosms.models import (
    TO_ONE,
    Account,
    AccountStatus,
    Campaign,
    CampaignStatus,
    Gateway,
    GatewayStatus,
    Message,
    MessagePart,
    MessageStatus,
    Priority,
    Route,
    table_of,
)
from promosms.services.sending import cursors, holding, left_out
from promosms.services.sending.verification_texts import decrypted_text

LAST = 2**63 - 1
ROWS, CAMPAIGNS, PARTS = table_of(Message), table_of(Campaign), table_of(MessagePart)
QUEUE = (ROWS.c.attention_status, ROWS.c.gateway_id, ROWS.c.campaign_id, ROWS.c.id)


class Claimed(NamedTuple):
    """A message as its gateway needs it; `taken` are the parts that the gateway already has.

    `validity` is for how many minutes it may still be tried, 0 for as long as is usual.
    """

    id: int
    account_id: int
    campaign_id: int | None
    priority: int
    phone: str
    sender: str
    text: str
    encoding: str
    parts: int
    price: int
    attempts: int
    unconfirmed: bool
    flash: bool
    taken: Mapping[int, str] = NO_PARTS
    validity: int = 0


COLUMNS = Claimed._fields[:-2]
_DIRECT = ROWS.c.priority.in_(TO_ONE)


class Kind(Enum):
    """Which queued messages a statement claims."""

    SINGLE = "messages without a campaign, direct texts excepted"
    DIRECT = "direct texts of an account"
    DETACHED = "detached messages of a campaign"
    CURSOR = "messages after the send cursor of a campaign"


@lru_cache
def claiming(sqlite: bool, kind: Kind, promotional: bool = True) -> ReturningUpdate[Any]:
    """Claim the next messages. The last column says how the number opted out, or that the consent
    to a promotion was withdrawn; a campaign that is not `promotional` needs none.

    Those are claimed too, so that a cursor never passes a queued message. Parameters: gateway,
    most, token, moment, until, probing; for direct texts also account, for a campaign also
    campaign, for a cursor also next and last. The campaign must be locked.
    """
    by_cursor = kind is Kind.CURSOR
    without_campaign = kind in (Kind.SINGLE, Kind.DIRECT)
    rows = _single(kind) if without_campaign else _of_campaign(sqlite, by_cursor)
    return (
        update(ROWS)
        .where(*rows, ROWS.c.status == MessageStatus.QUEUED)
        .values(
            status=MessageStatus.SENDING,
            lease_token=bindparam("token"),
            lease_until=bindparam("until"),
            submitted_at=bindparam("moment"),
            attempts=ROWS.c.attempts + 1,
            tried_at=func.coalesce(ROWS.c.tried_at, bindparam("moment")),
            **({} if by_cursor else {"attention_status": MessageStatus.SENDING}),
        )
        .returning(
            *(ROWS.c[name] for name in COLUMNS),
            ROWS.c.encrypted_text,
            _left_out(kind, promotional).label("left_out_by"),
        )
    )


def _left_out(kind: Kind, promotional: bool) -> ColumnElement[Any]:
    """Why a message is not sent: a promotion also if its recipient has no consent any more.

    Direct texts are looked at one by one: an answer needs no consent.
    """
    if kind is Kind.SINGLE:
        return null()
    if kind is Kind.DIRECT or not promotional:
        return left_out.suppressed_by()
    return left_out.left_out_by()


def _single(kind: Kind) -> tuple[ColumnElement[bool], ...]:
    accounts = select(Account.id).where(Account.status == AccountStatus.ACTIVE)
    allowed = or_(ROWS.c.priority == Priority.VERIFICATION, ROWS.c.account_id.in_(accounts))
    if kind is Kind.DIRECT:
        allowed = and_(_DIRECT, ROWS.c.account_id == bindparam("account"), allowed)
    else:
        allowed = and_(~_DIRECT, allowed)
    query = select(ROWS.c.id).where(*_without_campaign(), _active(), _due(), allowed)
    query = query.order_by(ROWS.c.priority, ROWS.c.id).limit(bindparam("most"))
    # PostgreSQL may run a plain subquery again for each row, and then claim too many.
    chosen = query.with_for_update(skip_locked=True).cte("chosen")
    return (ROWS.c.id.in_(select(chosen.c.id)),)


def _of_campaign(sqlite: bool, by_cursor: bool) -> tuple[ColumnElement[bool], ...]:
    gateway, campaign = cursors.parameter("gateway"), cursors.parameter("campaign")
    accounts = select(Account.id).join(Campaign, Campaign.account_id == Account.id)
    allowed = accounts.where(Campaign.id == campaign, Account.status == AccountStatus.ACTIVE)
    key: ColumnElement[Any] = ROWS.c.id if sqlite else literal_column(f"{ROWS.name}.ctid")
    conditions = cursors.queued_rows() if by_cursor else (*_detached(sqlite), _due())
    query = select(key).where(*conditions, _active(), allowed.exists())
    order = (ROWS.c.campaign_id, ROWS.c.id) if by_cursor else QUEUE
    query = query.order_by(*order).limit(bindparam("most"))
    if sqlite:
        return (ROWS.c.id.in_(query),)
    # By ctid, which saves the look-up of each id. The rows need no lock of their own, because
    # everything that changes queued messages locks their campaign. If a row has changed all the
    # same, PostgreSQL checks it again, but only the conditions outside the subquery.
    ctids = func.array(query.correlate(None).scalar_subquery())
    chosen = key.op("=", is_comparison=True)(func.any(ctids))
    return chosen, ROWS.c.gateway_id == gateway, ROWS.c.campaign_id == campaign


def _active() -> ColumnElement[bool]:
    """Is the gateway in service, or has it paused itself and this worker sends its probes?"""
    probing = and_(bindparam("probing", type_=Boolean), Gateway.paused_why != "")
    query = select(Gateway.id).where(Gateway.id == cursors.parameter("gateway"))
    return query.where(or_(Gateway.status == GatewayStatus.ACTIVE, probing)).exists()


def _detached(sqlite: bool) -> tuple[ColumnElement[bool], ...]:
    """Conditions for detached queued messages of this gateway and campaign."""
    gateway, campaign = map(cursors.parameter, ("gateway", "campaign"))
    detached = QUEUE[0] == cursors.QUEUED
    if sqlite:
        return detached, QUEUE[1] == gateway, QUEUE[2] == campaign
    # As one comparison of rows. Else PostgreSQL prefers the primary key to the partial index:
    # that is fast in the middle of a campaign, but at its end it reads the whole table.
    first, last = (tuple_(cursors.QUEUED, gateway, campaign, literal(n)) for n in (0, LAST))
    return detached, tuple_(*QUEUE) > first, tuple_(*QUEUE) <= last


@lru_cache
def locking(sqlite: bool) -> Select[Any]:
    """Lock campaigns by `ids`; on PostgreSQL first the opt-out lock of `account`, shared.

    PostgreSQL locks a row after the join, so the opt-out lock is taken before any row. On SQLite
    there is only one writer.
    """
    approved = select(Account.approved_at).where(Account.id == CAMPAIGNS.c.account_id)
    query = select(
        *(CAMPAIGNS.c.id, CAMPAIGNS.c.status, CAMPAIGNS.c.kind),
        *(CAMPAIGNS.c.send_cursors, CAMPAIGNS.c.ends_at, CAMPAIGNS.c.validity_hours),
        *holding.COLUMNS,
        approved.scalar_subquery().label("approved_at"),
    ).where(CAMPAIGNS.c.id.in_(bindparam("ids", expanding=True)))
    query = query.order_by(CAMPAIGNS.c.id).with_for_update(of=CAMPAIGNS)
    if sqlite:
        return query
    lock = func.pg_advisory_xact_lock_shared(cursors.parameter("account")).label("lock")
    shared = select(lock).cte("shared").prefix_with("MATERIALIZED")
    return query.join_from(CAMPAIGNS, shared, true())


@lru_cache
def single_waiting() -> Select[int]:
    """Is a message without a campaign queued?"""
    return select(ROWS.c.id).where(*_without_campaign()).limit(1)


@lru_cache
def direct_waiting() -> Select[int]:
    """The next account, by its id, with a direct text that may be sent now. Parameter: after."""
    accounts = select(Account.id).where(Account.status == AccountStatus.ACTIVE)
    due = _DIRECT, _active(), _due(), ROWS.c.account_id.in_(accounts)
    query = select(ROWS.c.account_id).where(*_without_campaign(), *due)
    turn = ROWS.c.account_id > bindparam("after")
    return query.where(turn).order_by(ROWS.c.account_id).limit(1)


@lru_cache
def left(_sqlite: bool) -> Select[int]:
    """Is a message after a cursor queued? Parameters: gateway, campaign, next, last."""
    return select(ROWS.c.id).where(*cursors.queued_rows()).limit(1)


@lru_cache
def fairest() -> Select[Any]:
    """The campaign with queued messages whose account was served least recently.

    Those of urgent routes go first. Parameters: empty, moment.
    """
    columns: list[Any] = [Campaign.id, Campaign.account_id]
    return (
        select(*columns)
        .join(Account, Account.id == Campaign.account_id)
        .join(Route, Route.id == Campaign.route_id)
        .where(
            Campaign.status == CampaignStatus.SENDING,
            Campaign.n_queued > 0,
            or_(Campaign.held_until.is_(None), Campaign.held_until <= bindparam("moment")),
            Account.status == AccountStatus.ACTIVE,
            Campaign.id.not_in(bindparam("empty", expanding=True)),
        )
        .order_by(Route.urgent.desc(), Account.served_at.asc().nulls_first(), Campaign.id)
        .limit(1)
    )


def _without_campaign() -> tuple[ColumnElement[bool], ...]:
    of_gateway = ROWS.c.gateway_id == bindparam("gateway")
    return ROWS.c.attention_status == cursors.QUEUED, of_gateway, ROWS.c.campaign_id.is_(None)


def _due() -> ColumnElement[bool]:
    return or_(ROWS.c.next_attempt_at.is_(None), ROWS.c.next_attempt_at <= bindparam("moment"))


def read(session: Session, rows: Sequence[Any]) -> list[Claimed]:
    """Claimed messages in the order of sending.

    A row has COLUMNS, then `encrypted_text`, then `left_out_by`, which is not read here.
    """
    messages = [_claimed(*row) for row in rows]
    messages.sort(key=lambda message: (message.priority, message.id))
    # A throttled try is not counted, so a message of several parts may have some at the gateway
    # although this looks like its first try.
    partial = [m.id for m in messages if m.attempts > 1 or m.parts > 1]
    return _with_parts(session, messages, partial) if partial else messages


def _claimed(*values: Any) -> Claimed:
    *columns, encrypted_text, _ = values
    message = Claimed(*columns)
    return (
        message._replace(text=decrypted_text(encrypted_text) or message.text)
        if encrypted_text
        else message
    )


def _with_parts(session: Session, messages: list[Claimed], ids: list[int]) -> list[Claimed]:
    """Add the parts that the gateway took when it refused others."""
    taken: dict[int, dict[int, str]] = defaultdict(dict)
    query = select(PARTS.c.message_id, PARTS.c.number, PARTS.c.reference)
    for message_id, number, reference in session.execute(query.where(PARTS.c.message_id.in_(ids))):
        taken[message_id][number] = reference
    return [m._replace(taken=taken[m.id]) if m.id in taken else m for m in messages]
