"""Statements of claims: what waits, whose turn it is, and taking it. Each is made once."""

from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    bindparam,
    func,
    literal,
    or_,
    select,
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
from promosms.services import suppressions
from promosms.services.claimed import COLUMNS

LAST = 2**63 - 1
ROWS = table_of(Message)
QUEUE = (ROWS.c.gateway_id, ROWS.c.campaign_id, ROWS.c.id)
# Written into the statement, so that the partial index of waiting messages is used.
QUEUED = literal(MessageStatus.QUEUED.value, literal_execute=True)


@lru_cache
def claiming(sqlite: bool, single: bool) -> ReturningUpdate[Any]:
    """Take the next ones: `single` texts, or those of a campaign after an id.

    Parameters: gateway, most, token, moment, until; for a campaign also campaign, after, and
    last on PostgreSQL.
    """
    gateways = select(Gateway.id).where(Gateway.status == GatewayStatus.ACTIVE)
    accounts = select(Account.id).where(Account.status == AccountStatus.ACTIVE)
    query = select(ROWS.c.id).where(ROWS.c.gateway_id.in_(gateways), *_ready())
    if single:
        allowed = or_(ROWS.c.lane == Lane.SYSTEM, ROWS.c.account_id.in_(accounts))
        query = query.where(ROWS.c.gateway_id == bindparam("gateway"))
        query = query.where(ROWS.c.campaign_id.is_(None), allowed)
        query = query.order_by(ROWS.c.lane, ROWS.c.id)
    else:
        query = query.where(*_behind(sqlite), ROWS.c.account_id.in_(accounts))
        query = query.where(~suppressions.opted_out(ROWS)).order_by(*QUEUE)
    # As a plain subquery PostgreSQL may run it again for each row, and take too many.
    chosen = query.limit(bindparam("most")).with_for_update(skip_locked=True).cte("chosen")
    return (
        update(ROWS)
        .where(ROWS.c.id.in_(select(chosen.c.id)), ROWS.c.status == MessageStatus.QUEUED)
        .values(
            status=MessageStatus.SENDING,
            lease_token=bindparam("token"),
            lease_until=bindparam("until"),
            submitted_at=bindparam("moment"),
            attempts=ROWS.c.attempts + 1,
            tried_at=func.coalesce(ROWS.c.tried_at, bindparam("moment")),
        )
        .returning(*(ROWS.c[name] for name in COLUMNS), ROWS.c.sealed)
    )


def _behind(sqlite: bool) -> tuple[ColumnElement[bool], ...]:
    """Of this gateway and campaign, after this id."""
    names = ("gateway", "campaign", "after", "last")
    gateway, campaign, after, last = (bindparam(name, type_=BigInteger) for name in names)
    if sqlite:
        return QUEUE[0] == gateway, QUEUE[1] == campaign, QUEUE[2] > after
    # As one comparison, because PostgreSQL would rather walk the primary key than the index of
    # what waits: fast in the middle of a campaign, and through the whole table at its end.
    return tuple_(*QUEUE) > tuple_(gateway, campaign, after), tuple_(*QUEUE) <= tuple_(
        gateway, campaign, last
    )


@lru_cache
def single_waiting() -> Select[int]:
    """Does a text wait that belongs to no campaign?"""
    return (
        select(ROWS.c.id)
        .where(
            ROWS.c.gateway_id == bindparam("gateway"),
            ROWS.c.campaign_id.is_(None),
            ROWS.c.status == QUEUED,
        )
        .limit(1)
    )


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


def _ready() -> tuple[ColumnElement[bool], ...]:
    due = or_(ROWS.c.next_attempt_at.is_(None), ROWS.c.next_attempt_at <= bindparam("moment"))
    return (ROWS.c.status == QUEUED, due)
