"""Statements of claims: what waits, whose turn it is, and taking it. Each is made once."""

from enum import Enum
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    bindparam,
    false,
    func,
    literal,
    literal_column,
    or_,
    select,
    true,
    tuple_,
    update,
)
from sqlalchemy.sql.dml import ReturningUpdate

from promosms.models import (
    Account,
    AccountStatus,
    Campaign,
    CampaignStatus,
    Gateway,
    GatewayStatus,
    Lane,
    Message,
    MessageStatus,
    table_of,
)
from promosms.services.sending import cursors, opt_outs
from promosms.services.sending.outbound import COLUMNS

LAST = 2**63 - 1
ROWS, CAMPAIGNS = table_of(Message), table_of(Campaign)
QUEUE = (ROWS.c.apart, ROWS.c.gateway_id, ROWS.c.campaign_id, ROWS.c.id)


class Kind(Enum):
    """Where to look for what waits."""

    SINGLE = "texts of no campaign"
    APART = "what was put back into the queue of a campaign"
    FRESH = "what comes next on the walk through a campaign"


@lru_cache
def claiming(sqlite: bool, kind: Kind) -> ReturningUpdate[Any]:
    """Take the next ones, also those that have opted out: with each row it says if it has.

    So nothing that waits is ever passed over. Parameters: gateway, most, token, moment, until;
    for a campaign also campaign, for a walk also place and last. Whoever claims a campaign's has
    locked it.
    """
    single, fresh = kind is Kind.SINGLE, kind is Kind.FRESH
    rows = _single() if single else _of_campaign(sqlite, fresh)
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
            **({} if fresh else {"apart": MessageStatus.SENDING}),
        )
        .returning(
            *(ROWS.c[name] for name in COLUMNS),
            ROWS.c.sealed,
            (false() if single else opt_outs.opted_out()).label("opted_out"),
        )
    )


def _single() -> tuple[ColumnElement[bool], ...]:
    accounts = select(Account.id).where(Account.status == AccountStatus.ACTIVE)
    allowed = or_(ROWS.c.lane == Lane.SYSTEM, ROWS.c.account_id.in_(accounts))
    query = select(ROWS.c.id).where(*_alone(), _active(), _due(), allowed)
    query = query.order_by(ROWS.c.lane, ROWS.c.id).limit(bindparam("most"))
    # As a plain subquery PostgreSQL may run it again for each row, and take too many.
    chosen = query.with_for_update(skip_locked=True).cte("chosen")
    return (ROWS.c.id.in_(select(chosen.c.id)),)


def _of_campaign(sqlite: bool, fresh: bool) -> tuple[ColumnElement[bool], ...]:
    gateway, campaign = cursors.parameter("gateway"), cursors.parameter("campaign")
    accounts = select(Account.id).join(Campaign, Campaign.account_id == Account.id)
    allowed = accounts.where(Campaign.id == campaign, Account.status == AccountStatus.ACTIVE)
    place: ColumnElement[Any] = ROWS.c.id if sqlite else literal_column(f"{ROWS.name}.ctid")
    which = cursors.fresh() if fresh else (*_put_back(sqlite), _due())
    query = select(place).where(*which, _active(), allowed.exists())
    order = (ROWS.c.campaign_id, ROWS.c.id) if fresh else QUEUE
    query = query.order_by(*order).limit(bindparam("most"))
    if sqlite:
        return (ROWS.c.id.in_(query),)
    # By their places, which saves looking each up by its id. They are not locked one by one
    # before, as who touches queued rows has locked their campaign. One that has changed all the
    # same is looked at again: only by what stands here, outside of the subquery.
    places = func.array(query.correlate(None).scalar_subquery())
    chosen = place.op("=", is_comparison=True)(func.any(places))
    return chosen, ROWS.c.gateway_id == gateway, ROWS.c.campaign_id == campaign


def _active() -> ColumnElement[bool]:
    """Is the gateway in service?"""
    query = select(Gateway.id).where(Gateway.id == cursors.parameter("gateway"))
    return query.where(Gateway.status == GatewayStatus.ACTIVE).exists()


def _put_back(sqlite: bool) -> tuple[ColumnElement[bool], ...]:
    """What waits for this gateway again in this campaign."""
    gateway, campaign = map(cursors.parameter, ("gateway", "campaign"))
    apart = QUEUE[0] == cursors.QUEUED
    if sqlite:
        return apart, QUEUE[1] == gateway, QUEUE[2] == campaign
    # As one comparison, because PostgreSQL would rather walk the primary key than the index of
    # what waits: fast in the middle of a campaign, and through the whole table at its end.
    first, last = (tuple_(cursors.QUEUED, gateway, campaign, literal(n)) for n in (0, LAST))
    return apart, tuple_(*QUEUE) > first, tuple_(*QUEUE) <= last


@lru_cache
def locking(sqlite: bool) -> Select[Any]:
    """Lock campaigns by `ids`; on PostgreSQL before them, shared, the opt-outs of `account`.

    A row is locked when it has been joined, so that nothing is locked before the opt-outs are.
    On SQLite nobody else writes anyway.
    """
    query = select(CAMPAIGNS.c.id, CAMPAIGNS.c.status, CAMPAIGNS.c.walks).where(
        CAMPAIGNS.c.id.in_(bindparam("ids", expanding=True))
    )
    query = query.order_by(CAMPAIGNS.c.id).with_for_update(of=CAMPAIGNS)
    if sqlite:
        return query
    lock = func.pg_advisory_xact_lock_shared(cursors.parameter("account")).label("lock")
    shared = select(lock).cte("shared").prefix_with("MATERIALIZED")
    return query.join_from(CAMPAIGNS, shared, true())


@lru_cache
def single_waiting() -> Select[int]:
    """Does a text wait that belongs to no campaign?"""
    return select(ROWS.c.id).where(*_alone()).limit(1)


@lru_cache
def left(_sqlite: bool) -> Select[int]:
    """Does anything wait on the rest of a walk? Parameters: gateway, campaign, place, last."""
    return select(ROWS.c.id).where(*cursors.fresh()).limit(1)


@lru_cache
def fairest() -> Select[Any]:
    """The campaign with something to send whose account was served least recently."""
    columns: list[Any] = [Campaign.id, Campaign.account_id]
    return (
        select(*columns)
        .join(Account, Account.id == Campaign.account_id)
        .where(
            Campaign.status == CampaignStatus.SENDING,
            Campaign.n_queued > 0,
            Account.status == AccountStatus.ACTIVE,
            Campaign.id.not_in(bindparam("vain", expanding=True)),
        )
        .order_by(Account.served_at.asc().nulls_first(), Campaign.id)
        .limit(1)
    )


def _alone() -> tuple[ColumnElement[bool], ...]:
    own = ROWS.c.gateway_id == bindparam("gateway")
    return ROWS.c.apart == cursors.QUEUED, own, ROWS.c.campaign_id.is_(None)


def _due() -> ColumnElement[bool]:
    return or_(ROWS.c.next_attempt_at.is_(None), ROWS.c.next_attempt_at <= bindparam("moment"))
