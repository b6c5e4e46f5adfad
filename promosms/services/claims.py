"""Claims: which messages a gateway's worker takes next, and its intent to submit them."""

import secrets
import time
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import lru_cache
from typing import Any, NamedTuple

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
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningUpdate

from promosms.config import setting
from promosms.database import on_sqlite, transaction
from promosms.gateways.base import NO_PARTS
from promosms.models import (
    Account,
    AccountStatus,
    Campaign,
    CampaignStatus,
    Gateway,
    GatewayStatus,
    Lane,
    Message,
    MessagePart,
    MessageStatus,
    now,
    table_of,
)
from promosms.services import suppressions
from promosms.services.system_texts import unsealed
from promosms.services.tally import Tally

SLICE = 500  # messages of one campaign before another account's turn comes
SLICE_SECONDS = 1.0
VAIN_SECONDS = 1.0
PLACE_SECONDS = 30.0
LAST = 2**63 - 1
ROWS = table_of(Message)
PARTS = table_of(MessagePart)
CAMPAIGNS = table_of(Campaign)
QUEUE = (ROWS.c.gateway_id, ROWS.c.campaign_id, ROWS.c.id)
# Written into the statement, so that the partial index of waiting messages is used.
QUEUED = literal(MessageStatus.QUEUED.value, literal_execute=True)


class Claimed(NamedTuple):
    """A message as its gateway needs it; `taken` are its parts that the gateway has already."""

    id: int
    account_id: int
    campaign_id: int | None
    lane: int
    phone: str
    sender: str
    text: str
    encoding: str
    parts: int
    price: int
    attempts: int
    doubtful: bool
    taken: Mapping[int, str] = NO_PARTS


COLUMNS = Claimed._fields[:-1]


@dataclass
class Turn:
    """Whose turn it is: a campaign, and how many more of its messages."""

    campaign_id: int
    account_id: int
    left: int = SLICE
    until: float = field(default_factory=lambda: time.monotonic() + SLICE_SECONDS)


class Places:
    """How far a worker has come in each campaign: what was claimed lies before, and is not read.

    Now and then it begins again at the start, for what was put back into the queue.
    """

    def __init__(self) -> None:
        self.found: dict[int, tuple[int, float]] = {}

    def after(self, campaign_id: int) -> int:
        """The id after which to look; 0 for the start."""
        place, began = self.found.get(campaign_id, (0, 0.0))
        return place if time.monotonic() - began < PLACE_SECONDS else 0

    def move(self, campaign_id: int, place: int) -> None:
        """Everything up to this id has been claimed; 0: nobody knows."""
        known = self.after(campaign_id)
        if place:
            began = self.found[campaign_id][1] if known else time.monotonic()
            self.found[campaign_id] = place, began
        else:
            self.found.pop(campaign_id, None)


@dataclass
class Claim:
    """What one run of a gateway's worker claims belongs to its token until the lease ends."""

    gateway_id: int
    token: str = field(default_factory=lambda: secrets.token_hex(16))
    places: Places = field(default_factory=Places)
    turn: Turn | None = None
    empty: bool = False
    vain: dict[int, float] = field(default_factory=dict)
    number: int = 0

    def looked_into_in_vain(self) -> list[int]:
        """Campaigns in which nothing was found for this gateway a moment ago."""
        moment = time.monotonic()
        self.vain = {one: at for one, at in self.vain.items() if moment - at < VAIN_SECONDS}
        return list(self.vain)

    def next_reference(self) -> str:
        """A reference for what is booked next; no two are alike."""
        self.number += 1
        return f"{self.token}:{self.number}"


def take(
    claim: Claim, most: int, tally: Tally | None = None, concerned: Collection[int] = ()
) -> list[Claimed]:
    """Take the next messages, at most `most`, and write down that they are about to be submitted.

    System texts first, then tests, then the campaign of the account served least recently. Left
    out are numbers that have opted out, and what is paused, cancelled or suspended: an opt-out
    waits until this has committed, or is seen by it. Nothing may be found although something
    waits; `claim.empty` tells. The counters are left to `tally`, if there is one; `concerned`
    are the campaigns that it will book anyway.
    """
    mine = tally or Tally()
    with transaction() as session:
        claim.empty = False
        found = _take_single(session, claim, most)
        if not found:
            found = _take_of_campaign(session, claim, most, mine, concerned)
        if tally is None:
            mine.book(session, claim.next_reference())
    return found


def taken_before(claim: Claim) -> list[Claimed]:
    """What belongs to this claim already: its commit was answered by a broken connection."""
    query = select(*(ROWS.c[name] for name in COLUMNS), ROWS.c.sealed).where(
        ROWS.c.status == literal(MessageStatus.SENDING.value, literal_execute=True),
        ROWS.c.lease_token == claim.token,
    )
    with transaction() as session:
        return _read(session, session.execute(query).all())


def _take_single(session: Session, claim: Claim, most: int) -> list[Claimed]:
    values = {"gateway": claim.gateway_id}
    if session.connection().scalar(_single(), values) is None:
        return []
    return _claim(session, claim, most, None, 0)


def _take_of_campaign(
    session: Session, claim: Claim, most: int, tally: Tally, concerned: Collection[int]
) -> list[Claimed]:
    turn = claim.turn or _next_turn(session, claim, tally)
    if turn is None:
        claim.empty = True
        return []
    suppressions.share(session, turn.account_id)
    campaign_id = turn.campaign_id
    status = _locked(session, {*concerned, campaign_id}).get(campaign_id)
    after, found = claim.places.after(campaign_id), []
    if status == CampaignStatus.SENDING:
        found = _claim(session, claim, max(1, min(most, turn.left)), campaign_id, after)
    claim.places.move(campaign_id, found[-1].id if found else 0)
    if found:
        turn.left -= len(found)
        tally.move(campaign_id, len(found), MessageStatus.QUEUED, MessageStatus.SENDING)
    elif after == 0:
        # What is left may have opted out since it was put back into the queue.
        suppressions.skip_opted_out(session, campaign_id, claim.gateway_id)
        claim.vain[campaign_id] = time.monotonic()
    over = not found or turn.left <= 0 or time.monotonic() > turn.until
    claim.turn = None if over else turn
    return found


def _next_turn(session: Session, claim: Claim, tally: Tally) -> Turn | None:
    row = session.execute(_fairest(), {"vain": claim.looked_into_in_vain()}).first()
    if row is None:
        return None
    tally.serve(row.account_id)
    return Turn(row.id, row.account_id)


def _locked(session: Session, ids: Collection[int]) -> dict[int, str]:
    """Lock campaigns, as whoever touches their queued rows does first; returns their statuses."""
    query = select(CAMPAIGNS.c.id, CAMPAIGNS.c.status).where(CAMPAIGNS.c.id.in_(ids))
    rows = session.connection().execute(query.order_by(CAMPAIGNS.c.id).with_for_update())
    return {row.id: row.status for row in rows}


def _claim(
    session: Session, claim: Claim, most: int, campaign_id: int | None, after: int
) -> list[Claimed]:
    moment = now()
    values = {
        "gateway": claim.gateway_id,
        "most": most,
        "token": claim.token,
        "moment": moment,
        "until": moment + timedelta(seconds=setting("LEASE_SECONDS")),
    }
    if campaign_id is not None:
        values |= {"campaign": campaign_id, "after": after}
        values |= {} if on_sqlite() else {"last": LAST}
    statement = _claiming(on_sqlite(), campaign_id is None)
    return _read(session, session.connection().execute(statement, values).all())


@lru_cache
def _claiming(sqlite: bool, single: bool) -> ReturningUpdate[Any]:
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
def _single() -> Select[int]:
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
def _fairest() -> Select[Any]:
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


def _read(session: Session, rows: Sequence[Any]) -> list[Claimed]:
    found = [_claimed(*row) for row in rows]
    found.sort(key=lambda message: (message.lane, message.id))
    # A throttled try does not count, so a long text may have parts at the gateway at its first.
    again = [message.id for message in found if message.attempts > 1 or message.parts > 1]
    return _with_parts(session, found, again) if again else found


def _claimed(*values: Any) -> Claimed:
    *columns, sealed = values
    message = Claimed._make((*columns, NO_PARTS))
    return message._replace(text=unsealed(sealed) or message.text) if sealed else message


def _with_parts(session: Session, found: list[Claimed], again: list[int]) -> list[Claimed]:
    """With the parts that the gateway took when it refused others."""
    taken: dict[int, dict[int, str]] = defaultdict(dict)
    query = select(PARTS.c.message_id, PARTS.c.number, PARTS.c.reference)
    for message_id, number, reference in session.execute(
        query.where(PARTS.c.message_id.in_(again))
    ):
        taken[message_id][number] = reference
    return [m._replace(taken=taken[m.id]) if m.id in taken else m for m in found]
