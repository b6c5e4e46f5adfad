"""Claims: which messages the worker of a gateway sends next, and its intent to submit them."""

import secrets
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, false, select
from sqlalchemy.orm import Session

from promosms.db.transactions import on_sqlite, transaction
from promosms.models import (
    Account,
    CampaignStatus,
    MessageStatus,
    Priority,
    is_promotional,
    now,
)
from promosms.services.installation import defaults
from promosms.services.sending import (
    answers,
    claim_queries,
    cursors,
    holding,
    opt_outs,
    trial_numbers,
    validity,
)
from promosms.services.sending.claim_queries import COLUMNS, ROWS, Claimed, Kind, read
from promosms.services.sending.counters import CounterDeltas
from promosms.services.sending.cursors import Turn
from promosms.settings import settings

PHONE, PRIORITY = COLUMNS.index("phone"), COLUMNS.index("priority")
API = Priority.API.value
EMPTY_SECONDS = 1.0  # a campaign without messages for this gateway is not read again before
RETRIES_SECONDS = 1.0  # between two looks for detached messages of a campaign
MOST_PUT_ASIDE = 50  # claims in one transaction of which everything has to wait
OptedOut = list[tuple[int, str]]
"""Ids of messages, each with how its number got on the list."""
Refused = dict[str, list[int]]
"""Ids of messages by the reason why they are skipped."""


@dataclass
class Claim:
    """One run of a worker: the messages that it claims carry the token until the lease ends.

    `probing`: the gateway has paused itself, and this worker sends texts as probes. `to_one_after`
    is the account whose direct texts were claimed last.
    """

    gateway_id: int
    token: str = field(default_factory=lambda: secrets.token_hex(16))
    turn: Turn | None = None
    empty: bool = False
    empty_until: dict[int, float] = field(default_factory=dict)
    retries_checked_at: dict[int, float] = field(default_factory=dict)
    number: int = 0
    probing: bool = False
    to_one_after: int = 0

    def look_again(self) -> None:
        """Forget what was empty: messages have come."""
        self.empty = False
        self.empty_until.clear()
        self.retries_checked_at.clear()

    def empty_campaigns(self) -> list[int]:
        """Campaigns that had no message for this gateway a moment ago."""
        moment = time.monotonic()
        self.empty_until = {key: end for key, end in self.empty_until.items() if end > moment}
        return list(self.empty_until)

    def retries_due(self, campaign_id: int) -> bool:
        """Is it time to look for detached messages of a campaign?"""
        checked_at = self.retries_checked_at.get(campaign_id)
        return checked_at is None or time.monotonic() - checked_at >= RETRIES_SECONDS

    def next_reference(self) -> str:
        """A new reference for the next ledger entries."""
        self.number += 1
        return f"{self.token}:{self.number}"


def take(
    claim: Claim,
    most: int,
    deltas: CounterDeltas | None = None,
    campaign_ids: Collection[int] = (),
) -> list[Claimed]:
    """Claim the next messages, at most `most`, and write the intent to submit them.

    The order is: verification texts, tests, direct texts, then the campaign of the account that was
    served least recently. Messages of paused and cancelled campaigns, paused gateways and suspended
    accounts are not claimed; those to numbers that have opted out are skipped. An opt-out waits
    until this has committed, or this sees it. The result may be empty although messages are queued;
    then `claim.empty` is false. The caller writes `deltas`, if given; `campaign_ids` are the other
    campaigns that they change.
    """
    collected = deltas or CounterDeltas()
    with transaction() as session:
        claim.empty = False
        messages = _take_without_campaign(session, claim, most)
        if messages is None:
            messages = _take_of_campaign(session, claim, most, collected, campaign_ids)
        if deltas is None:
            collected.write(session, claim.next_reference())
    return messages


def taken_before(claim: Claim) -> list[Claimed]:
    """What this claim already has: its commit succeeded, but the connection broke before."""
    columns = (*(ROWS.c[name] for name in COLUMNS), ROWS.c.encrypted_text, false())
    query = select(*columns).where(ROWS.c.lease_token == claim.token)
    with transaction() as session:
        conditions = cursors.sending(gateway_id=claim.gateway_id)
        rows = [row for where in conditions for row in session.execute(query.where(where))]
        return validity.again(session, read(session, rows))


def _take_without_campaign(session: Session, claim: Claim, most: int) -> list[Claimed] | None:
    """Claim messages without a campaign; None if there are none to claim."""
    values: dict[str, Any] = {"gateway": claim.gateway_id}
    if session.connection().scalar(claim_queries.single_waiting(), values) is None:
        return None
    rows = _claim(session, claim, most, Kind.SINGLE)
    if rows:
        return read(session, rows)
    values |= {"moment": now(), "probing": claim.probing}
    account_id = _next_to_one(session, claim, values)
    return None if account_id is None else _take_direct(session, claim, most, account_id)


def _next_to_one(session: Session, claim: Claim, values: dict[str, Any]) -> int | None:
    """Whose direct texts go next: accounts take turns, so none waits behind thousands of another.

    None if there are none.
    """
    waiting = claim_queries.direct_waiting()
    for after in dict.fromkeys((claim.to_one_after, 0)):
        account_id = session.connection().scalar(waiting, {**values, "after": after})
        if account_id is not None:
            claim.to_one_after = account_id
            return account_id
    return None


def _take_direct(
    session: Session, claim: Claim, most: int, account_id: int
) -> list[Claimed] | None:
    """Claim direct texts of one account, under its opt-out lock like those of campaigns."""
    opt_outs.lock_shared(session, account_id)
    rows = _claim(session, claim, most, Kind.DIRECT, account=account_id)
    approved_at = session.scalar(select(Account.approved_at).where(Account.id == account_id))
    allowed, opted_out, refused = _sorted_out(session, account_id, approved_at, rows)
    withdrawn = answers.withdrawn(session, [row[0] for row in allowed])
    if withdrawn:
        refused[opt_outs.NO_CONSENT] = withdrawn
        allowed = [row for row in allowed if row[0] not in withdrawn]
    left = validity.left_of_api(session, [row[0] for row in allowed if row[PRIORITY] == API])
    if ended := validity.over(allowed, left):
        refused[validity.TOO_LATE] = ended
        allowed = [row for row in allowed if row[0] not in ended]
    _skip(session, opted_out, refused)
    if not rows:
        return None
    messages = read(session, allowed)
    return validity.told_of_api(messages, left) if left else messages


def _take_of_campaign(
    session: Session,
    claim: Claim,
    most: int,
    deltas: CounterDeltas,
    campaign_ids: Collection[int],
) -> list[Claimed]:
    turn = claim.turn or _next_turn(session, claim, deltas)
    if turn is None:
        claim.empty = True
        return []
    campaign_id = turn.campaign_id
    campaign = _locked(session, turn.account_id, {*campaign_ids, campaign_id}).get(campaign_id)
    rows: Sequence[Any] = []
    messages: list[Claimed] = []
    if (
        campaign is not None
        and campaign.status == CampaignStatus.SENDING
        and (campaign.ends_at is None or campaign.ends_at > now())
        and not holding.hold(session, campaign)
    ):
        most = holding.most(campaign, max(1, min(most, turn.left)))
        for _ in range(MOST_PUT_ASIDE if holding.puts_aside(campaign) else 1):
            rows = _claim_of(session, claim, min(most, max(1, turn.left)), campaign, deltas)
            turn.left -= len(rows)
            messages = _sendable(session, campaign, turn, rows, deltas)
            if messages or not rows or turn.left <= 0:
                break
    if not rows:
        claim.empty_until[campaign_id] = time.monotonic() + EMPTY_SECONDS
    over = not rows or turn.left <= 0 or time.monotonic() > turn.until
    claim.turn = None if over else turn
    return messages


def _sendable(
    session: Session,
    campaign: Row[Any],
    turn: Turn,
    rows: Sequence[Row[Any]],
    deltas: CounterDeltas,
) -> list[Claimed]:
    """The claimed messages of a campaign that are sent now; the others are skipped or wait."""
    allowed, opted_out, refused = _sorted_out(session, turn.account_id, campaign.approved_at, rows)
    hours, left = campaign.validity_hours, {}
    if hours and allowed:
        left = validity.left(session, hours, [row[0] for row in allowed])
        if ended := validity.over(allowed, left):
            refused[validity.TOO_LATE] = ended
            allowed = [row for row in allowed if row[0] not in ended]
    if allowed and holding.puts_aside(campaign):
        allowed = holding.put_aside(session, campaign, allowed)
    holding.note(campaign, len(allowed), deltas)
    deltas.move(campaign.id, len(allowed), MessageStatus.QUEUED, MessageStatus.SENDING)
    _skip(session, opted_out, refused)
    messages = read(session, allowed)
    return validity.told(messages, {campaign.id: hours}, left) if hours else messages


def _sorted_out(
    session: Session, account_id: int, approved_at: datetime | None, rows: Sequence[Row[Any]]
) -> tuple[Sequence[Row[Any]], OptedOut, Refused]:
    """Claimed rows: those that may be sent, those that have opted out, those a trial refuses."""
    opted_out = [(row[0], row[-1]) for row in rows if row[-1]]
    allowed = [row for row in rows if not row[-1]] if opted_out else rows
    refused: Refused = {}
    if allowed and approved_at is None:
        refused = _not_on_trial(session, account_id, allowed)
        others = {message_id for ids in refused.values() for message_id in ids}
        allowed = [row for row in allowed if row[0] not in others]
    return allowed, opted_out, refused


def _skip(session: Session, opted_out: OptedOut, refused: Refused) -> None:
    if opted_out:
        opt_outs.skip_claimed(session, opted_out)
    for reason, ids in refused.items():
        opt_outs.skip_claimed_for(session, ids, reason)


def _not_on_trial(session: Session, account_id: int, rows: Sequence[Row[Any]]) -> Refused:
    """Claimed messages that an account on trial may not send, by reason.

    Their number was a guest's, or a user's, when the campaign was prepared.
    """
    if defaults.simulator_only():
        return {}
    allowed = trial_numbers.of(session, account_id)
    others = [row for row in rows if row[PHONE] not in allowed]
    asked = trial_numbers.unconfirmed(session, account_id) if others else set()
    refused: Refused = {}
    for row in others:
        waits = row[PHONE] in asked
        reason = trial_numbers.UNCONFIRMED if waits else trial_numbers.NOT_GUEST
        refused.setdefault(reason, []).append(row[0])
    return refused


def _claim_of(
    session: Session, claim: Claim, most: int, campaign: Row[Any], deltas: CounterDeltas
) -> Sequence[Row[Any]]:
    """Claim detached messages of a campaign, or else those after the send cursor."""
    promotional = is_promotional(campaign.kind)
    if claim.retries_due(campaign.id):
        given = {"campaign": campaign.id}
        rows = _claim(session, claim, most, Kind.DETACHED, promotional=promotional, **given)
        if rows:
            return rows
        claim.retries_checked_at[campaign.id] = time.monotonic()
    stored = deltas.send_cursors.get(campaign.id, campaign.send_cursors)
    cursor = cursors.read(stored, claim.gateway_id)
    if cursor.next >= cursor.last:
        return []
    given = {"campaign": campaign.id, "next": cursor.next, "last": cursor.last}
    rows = _claim(session, claim, most, Kind.CURSOR, promotional=promotional, **given)
    last_claimed = max((row[0] for row in rows), default=cursor.last)
    if not rows:
        values = {**given, "gateway": claim.gateway_id}
        if session.connection().scalar(claim_queries.left(on_sqlite()), values) is not None:
            return []  # the account or the gateway may not send
    deltas.send_cursors[campaign.id] = cursors.replaced(
        stored, claim.gateway_id, cursor._replace(next=last_claimed)
    )
    return rows


def _next_turn(session: Session, claim: Claim, deltas: CounterDeltas) -> Turn | None:
    values = {"empty": claim.empty_campaigns(), "moment": now()}
    row = session.execute(claim_queries.fairest(), values).first()
    if row is None:
        return None
    deltas.serve(row.account_id)
    return Turn(row.id, row.account_id)


def _locked(session: Session, account_id: int, ids: Collection[int]) -> dict[int, Row[Any]]:
    """Take the opt-out lock of the account, then lock campaigns; returns them by id.

    Everything that changes queued messages locks their campaign first.
    """
    values = {"account": opt_outs.LOCKS + account_id, "ids": sorted(ids)}
    rows = session.connection().execute(claim_queries.locking(on_sqlite()), values)
    return {row.id: row for row in rows}


def _claim(
    session: Session,
    claim: Claim,
    most: int,
    kind: Kind,
    *,
    promotional: bool = True,
    **given: int,
) -> Sequence[Row[Any]]:
    """Claimed rows; the first column is the id, the last says if the number has opted out."""
    moment = now()
    values = {
        "gateway": claim.gateway_id,
        "most": most,
        "token": claim.token,
        "moment": moment,
        "until": moment + timedelta(seconds=settings.lease_seconds),
        "probing": claim.probing,
        **given,
    }
    statement = claim_queries.claiming(on_sqlite(), kind, promotional)
    return session.connection().execute(statement, values).all()
