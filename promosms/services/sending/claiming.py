"""Claims: which messages a gateway's worker takes next, and its intent to submit them."""

import secrets
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import Row, false, select
from sqlalchemy.orm import Session

from promosms.db.transactions import on_sqlite, transaction
from promosms.models import CampaignStatus, MessageStatus, now
from promosms.services.sending import claim_queries, cursors, opt_outs
from promosms.services.sending.claim_queries import ROWS, Kind
from promosms.services.sending.counter_deltas import Tally
from promosms.services.sending.cursors import Turn
from promosms.services.sending.outbound import COLUMNS, Claimed, read
from promosms.settings import settings

VAIN_SECONDS = 1.0


@dataclass
class Claim:
    """What one run of a gateway's worker claims belongs to its token until the lease ends."""

    gateway_id: int
    token: str = field(default_factory=lambda: secrets.token_hex(16))
    turn: Turn | None = None
    empty: bool = False
    vain: dict[int, float] = field(default_factory=dict)
    looked: dict[int, float] = field(default_factory=dict)
    number: int = 0

    def looked_into_in_vain(self) -> list[int]:
        """Campaigns in which nothing was found for this gateway a moment ago."""
        moment = time.monotonic()
        self.vain = {one: at for one, at in self.vain.items() if moment - at < VAIN_SECONDS}
        return list(self.vain)

    def looks_apart(self, campaign_id: int) -> bool:
        """Is it time to look for what was put back into the queue of a campaign?"""
        return time.monotonic() - self.looked.get(campaign_id, -VAIN_SECONDS) >= VAIN_SECONDS

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
    columns = (*(ROWS.c[name] for name in COLUMNS), ROWS.c.sealed, false())
    query = select(*columns).where(ROWS.c.lease_token == claim.token)
    with transaction() as session:
        places = cursors.under_way(gateway_id=claim.gateway_id)
        found = [row for where in places for row in session.execute(query.where(where))]
        return read(session, found)


def _take_single(session: Session, claim: Claim, most: int) -> list[Claimed]:
    values = {"gateway": claim.gateway_id}
    if session.connection().scalar(claim_queries.single_waiting(), values) is None:
        return []
    return read(session, _claim(session, claim, most, Kind.SINGLE))


def _take_of_campaign(
    session: Session, claim: Claim, most: int, tally: Tally, concerned: Collection[int]
) -> list[Claimed]:
    turn = claim.turn or _next_turn(session, claim, tally)
    if turn is None:
        claim.empty = True
        return []
    campaign_id = turn.campaign_id
    campaign = _locked(session, turn.account_id, {*concerned, campaign_id}).get(campaign_id)
    found: Sequence[Any] = []
    if campaign is not None and campaign.status == CampaignStatus.SENDING:
        found = _claim_of(session, claim, max(1, min(most, turn.left)), campaign, tally)
    if found:
        turn.left -= len(found)
    else:
        claim.vain[campaign_id] = time.monotonic()
    over = not found or turn.left <= 0 or time.monotonic() > turn.until
    claim.turn = None if over else turn
    out = [row[0] for row in found if row[-1]]
    tally.move(campaign_id, len(found) - len(out), MessageStatus.QUEUED, MessageStatus.SENDING)
    if out:
        opt_outs.skip_claimed(session, out)
    return read(session, [row for row in found if not row[-1]] if out else found)


def _claim_of(
    session: Session, claim: Claim, most: int, campaign: Row[Any], tally: Tally
) -> Sequence[Row[Any]]:
    """Claim of a campaign what was put back, or else what comes next on the walk."""
    if claim.looks_apart(campaign.id):
        found = _claim(session, claim, most, Kind.APART, campaign=campaign.id)
        if found:
            return found
        claim.looked[campaign.id] = time.monotonic()
    walk = cursors.read(campaign.walks, claim.gateway_id)
    if walk.place >= walk.last:
        return []
    stretch = {"campaign": campaign.id, "place": walk.place, "last": walk.last}
    found = _claim(session, claim, most, Kind.FRESH, **stretch)
    place = max((row[0] for row in found), default=walk.last)
    if not found:
        values = {**stretch, "gateway": claim.gateway_id}
        if session.connection().scalar(claim_queries.left(on_sqlite()), values) is not None:
            return []  # the account or the gateway may not send
    tally.walks[campaign.id] = cursors.written(
        campaign.walks, claim.gateway_id, walk._replace(place=place)
    )
    return found


def _next_turn(session: Session, claim: Claim, tally: Tally) -> Turn | None:
    row = session.execute(claim_queries.fairest(), {"vain": claim.looked_into_in_vain()}).first()
    if row is None:
        return None
    tally.serve(row.account_id)
    return Turn(row.id, row.account_id)


def _locked(session: Session, account_id: int, ids: Collection[int]) -> dict[int, Row[Any]]:
    """Lock out the opt-outs of the account, then campaigns; returns these by their ids.

    Whoever touches the queued rows of a campaign locks it first.
    """
    values = {"account": opt_outs.LOCKS + account_id, "ids": sorted(ids)}
    rows = session.connection().execute(claim_queries.locking(on_sqlite()), values)
    return {row.id: row for row in rows}


def _claim(
    session: Session, claim: Claim, most: int, kind: Kind, **stretch: int
) -> Sequence[Row[Any]]:
    """Rows that begin with their id and end with whether their number has opted out."""
    moment = now()
    values = {
        "gateway": claim.gateway_id,
        "most": most,
        "token": claim.token,
        "moment": moment,
        "until": moment + timedelta(seconds=settings.lease_seconds),
        **stretch,
    }
    return session.connection().execute(claim_queries.claiming(on_sqlite(), kind), values).all()
