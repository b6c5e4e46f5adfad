"""Claims: which messages a gateway's worker takes next, and its intent to submit them."""

import secrets
import time
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import literal, select
from sqlalchemy.orm import Session

from promosms.config import setting
from promosms.database import on_sqlite, transaction
from promosms.models import CampaignStatus, MessageStatus, now
from promosms.services import claim_statements, suppressions
from promosms.services.claim_statements import LAST, ROWS
from promosms.services.claimed import COLUMNS, Claimed, read
from promosms.services.places import Places, Turn
from promosms.services.tally import Tally

VAIN_SECONDS = 1.0


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
        return read(session, session.execute(query).all())


def _take_single(session: Session, claim: Claim, most: int) -> list[Claimed]:
    values = {"gateway": claim.gateway_id}
    if session.connection().scalar(claim_statements.single_waiting(), values) is None:
        return []
    return _claim(session, claim, most, None, 0)


def _take_of_campaign(
    session: Session, claim: Claim, most: int, tally: Tally, concerned: Collection[int]
) -> list[Claimed]:
    turn = claim.turn or _next_turn(session, claim, tally)
    if turn is None:
        claim.empty = True
        return []
    campaign_id = turn.campaign_id
    status = _locked(session, turn.account_id, {*concerned, campaign_id}).get(campaign_id)
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
    row = session.execute(claim_statements.fairest(), {"vain": claim.looked_into_in_vain()}).first()
    if row is None:
        return None
    tally.serve(row.account_id)
    return Turn(row.id, row.account_id)


def _locked(session: Session, account_id: int, ids: Collection[int]) -> dict[int, str]:
    """Lock out the opt-outs of the account, then campaigns; returns the statuses of these.

    Whoever touches the queued rows of a campaign locks it first.
    """
    values = {"account": suppressions.LOCKS + account_id, "ids": sorted(ids)}
    rows = session.connection().execute(claim_statements.locking(on_sqlite()), values)
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
    statement = claim_statements.claiming(on_sqlite(), campaign_id is None)
    return read(session, session.connection().execute(statement, values).all())
