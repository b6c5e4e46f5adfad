"""Send cursors: no message is missed or read twice, and detached ones are found."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import QueuePool, func, select, text, update

from promosms.db.transactions import on_sqlite, transaction
from promosms.extensions import db
from promosms.gateways.base import Answer, ErrorClass, Receipt, ReceiptStatus
from promosms.models import (
    Account,
    Campaign,
    CampaignStatus,
    Gateway,
    GatewayStatus,
    Message,
    RouteGateway,
    Suppression,
    now,
)
from promosms.services.campaigns import launch, preparation
from promosms.services.inbox import gateway_inbox
from promosms.services.installation import defaults
from promosms.services.sending import (
    claiming,
    cursors,
    overview,
    recording,
    sweep,
    verification_texts,
)
from promosms.services.sending.claim_queries import Claimed
from promosms.services.sending.claiming import Claim
from promosms.services.sending.cursors import Cursor
from tests.services.sending.conftest import MakeCampaign, check_books, statuses
from tests.support.cast import Cast

BUSY = Answer(error_class=ErrorClass.TEMPORARY, reason="busy")
PHONES = [f"+486012{n:05}" for n in range(100, 110)]
# Waits for their end, for 10 seconds at most.
END = "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE pid = ANY(:pids)"


@pytest.fixture
def gateway(context: None) -> int:
    """The only gateway."""
    gateway_id = db.session.query(Gateway).one().id
    db.session.rollback()
    return gateway_id


@pytest.fixture
def opened(gateway: int, make_campaign: MakeCampaign) -> int:
    """A campaign whose ten messages wait."""
    campaign_id = make_campaign(PHONES)
    assert preparation.prepare(campaign_id) == CampaignStatus.SENDING
    return campaign_id


def cursor_of(campaign_id: int, gateway_id: int) -> Cursor:
    db.session.rollback()
    campaign = db.session.get_one(Campaign, campaign_id, populate_existing=True)
    return cursors.read(campaign.send_cursors, gateway_id)


def ids(campaign_id: int) -> list[int]:
    query = select(Message.id).where(Message.campaign_id == campaign_id).order_by(Message.id)
    return list(db.session.scalars(query))


def attention_statuses() -> list[str | None]:
    db.session.rollback()
    return list(db.session.scalars(select(Message.attention_status).order_by(Message.id)))


def expire() -> None:
    with transaction() as session:
        session.execute(update(Message).values(lease_until=now() - timedelta(seconds=1)))


def test_a_campaign_is_opened_with_the_cursors_of_its_gateways(gateway: int, opened: int) -> None:
    first, *_, last = ids(opened)
    assert cursor_of(opened, gateway) == Cursor(first - 1, first - 1, last)
    assert cursor_of(opened, gateway + 1) == Cursor(0, 0, 0)
    assert attention_statuses() == [None] * 10


def test_a_restarted_worker_goes_on_where_the_last_one_was(gateway: int, opened: int) -> None:
    everything = ids(opened)
    assert [m.id for m in claiming.take(Claim(gateway), 4)] == everything[:4]
    assert cursor_of(opened, gateway).next == everything[3]
    assert [m.id for m in claiming.take(Claim(gateway), 4)] == everything[4:8]


def test_the_cursor_does_not_pass_what_was_not_committed(gateway: int, opened: int) -> None:
    claim = Claim(gateway)

    def killed() -> None:
        with transaction():
            assert len(claiming.take(claim, 4)) == 4
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        killed()
    assert [m.id for m in claiming.take(claim, 10)] == ids(opened)


def test_sending_without_errors_changes_no_index(gateway: int, opened: int) -> None:
    claim = Claim(gateway)
    window = claiming.take(claim, 10)
    assert attention_statuses() == [None] * 10
    recording.record(claim, [(m, Answer((f"r-{m.id}",))) for m in window])
    assert statuses(opened) == {"sent": 10}
    assert attention_statuses() == [None] * 10


@pytest.mark.parametrize("why", ["gateway", "account"])
def test_the_cursor_does_not_move_while_sending_is_forbidden(
    gateway: int, opened: int, cast: Cast, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claiming, "EMPTY_SECONDS", -1)
    claim = Claim(gateway)
    assert len(claiming.take(claim, 2)) == 2
    before = cursor_of(opened, gateway)

    def allow(word: str) -> None:
        change = (
            update(Gateway).where(Gateway.id == gateway).values(status=word)
            if why == "gateway"
            else update(Account).where(Account.id == cast.owner.account_id).values(status=word)
        )
        with transaction() as session:
            session.execute(change)

    allow(GatewayStatus.PAUSED if why == "gateway" else "suspended")
    assert claiming.take(claim, 10) == []
    assert cursor_of(opened, gateway) == before
    allow("active")
    assert len(claiming.take(claim, 10)) == 8


def test_an_empty_queue_is_noted_and_not_searched_again(
    gateway: int, opened: int, cast: Cast
) -> None:
    claim = Claim(gateway)
    assert len(claiming.take(claim, 8)) == 8
    with transaction() as session:
        left = update(Message).where(Message.status == "queued")
        session.execute(left.values(status="skipped", attention_status="skipped"))
    assert sweep.gateways_with_work() == [gateway]
    assert claiming.take(claim, 8) == []
    assert cursor_of(opened, gateway).next == ids(opened)[-1]
    with transaction() as session:
        session.execute(update(Campaign).values(n_queued=0, n_skipped=2))


def test_a_recipient_who_opted_out_is_skipped(gateway: int, opened: int, cast: Cast) -> None:
    with transaction() as session:  # as if it had come while the page was being inserted
        session.add_all(
            Suppression(account_id=cast.owner.account_id, phone=phone, source="reply")
            for phone in (PHONES[0], PHONES[9])
        )
    claim = Claim(gateway)
    assert [m.phone for m in claiming.take(claim, 10)] == PHONES[1:9]
    assert statuses(opened) == {"sending": 8, "skipped": 2}
    check_books(cast.owner.account_id)


def test_a_turn_in_which_all_have_opted_out_is_not_the_last(
    gateway: int, opened: int, cast: Cast
) -> None:
    with transaction() as session:
        session.add_all(
            Suppression(account_id=cast.owner.account_id, phone=phone, source="reply")
            for phone in PHONES[:4]
        )
    claim = Claim(gateway)
    assert claiming.take(claim, 4) == []
    assert not claim.empty
    assert len(claiming.take(claim, 10)) == 6
    check_books(cast.owner.account_id)


def test_a_text_partly_taken_before_its_opt_out_is_unconfirmed(
    gateway: int, make_campaign: MakeCampaign, cast: Cast
) -> None:
    campaign_id = make_campaign(PHONES[:1], text="x" * 300)
    preparation.prepare(campaign_id)
    claim = Claim(gateway)
    half = Answer(error_class=ErrorClass.TEMPORARY, reason="busy", taken={1: "r-1"})
    recording.record(claim, [(m, half) for m in claiming.take(claim, 1)])
    with transaction() as session:
        columns = {"account_id": cast.owner.account_id, "phone": PHONES[0]}
        session.add(Suppression(**columns, source="reply"))
        session.execute(update(Message).values(next_attempt_at=None))
    assert claiming.take(Claim(gateway), 1) == []
    assert statuses(campaign_id) == {"unknown": 1}
    check_books(cast.owner.account_id)


def test_what_is_put_back_is_detached_until_it_is_sent(
    gateway: int, opened: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim = Claim(gateway)
    recording.record(claim, [(m, BUSY) for m in claiming.take(claim, 2)])
    assert attention_statuses()[:3] == ["queued", "queued", None]
    with transaction() as session:
        session.execute(update(Message).values(next_attempt_at=None))
    again = Claim(gateway)
    window = claiming.take(again, 10)
    assert [m.id for m in window] == ids(opened)[:2]
    assert attention_statuses()[:3] == ["sending", "sending", None]
    recording.record(again, [(m, Answer((f"r-{m.id}",))) for m in window])
    assert attention_statuses() == [None] * 10
    assert len(claiming.take(again, 10)) == 8


def test_what_was_put_back_is_found_while_the_cursor_moves_on(
    gateway: int, opened: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim = Claim(gateway)
    recording.record(claim, [(m, BUSY) for m in claiming.take(claim, 2)])
    with transaction() as session:
        session.execute(update(Message).values(next_attempt_at=None))
    assert [m.id for m in claiming.take(claim, 2)] == ids(opened)[2:4]
    monkeypatch.setattr(claiming, "RETRIES_SECONDS", -1)
    assert [m.id for m in claiming.take(claim, 2)] == ids(opened)[:2]


def test_two_gateways_send_one_campaign(
    gateway: int, make_campaign: MakeCampaign, cast: Cast
) -> None:
    with transaction() as session:
        other_gateway = Gateway(name="Other", kind="simulator", seen_at=now())
        session.add(other_gateway)
        session.flush()
        session.add(RouteGateway(route_id=defaults.default_route().id, gateway_id=other_gateway.id))
        second = other_gateway.id
    campaign_id = make_campaign([f"+486012{n:05}" for n in range(100, 160)])
    preparation.prepare(campaign_id)
    assert sweep.gateways_with_work() == sorted([gateway, second])
    query = select(Message.gateway_id, func.count()).group_by(Message.gateway_id)
    shares = {row[0]: row[1] for row in db.session.execute(query)}
    assert set(shares) == {gateway, second}
    seen: list[Claimed] = []
    for gateway_id in (gateway, second):
        claim = Claim(gateway_id)
        while window := claiming.take(claim, 7):
            seen += window
        assert sum(shares.values()) - len(seen) == (shares[second] if gateway_id == gateway else 0)
    assert len({m.id for m in seen}) == 60
    assert sweep.gateways_with_work() == []


def test_the_sweep_finds_what_dead_workers_left_behind_the_cursor(
    gateway: int, opened: int, cast: Cast
) -> None:
    system = verification_texts.queue_verification_text(
        cast.stranger.account_id, "+48601200777", "x", "y"
    ).id
    dead = Claim(gateway)
    assert [m.id for m in claiming.take(dead, 1)] == [system]
    assert len(claiming.take(dead, 3)) == 3
    alive = Claim(gateway)
    window = claiming.take(alive, 5)
    recording.record(alive, [(m, Answer((f"r-{m.id}",))) for m in window])
    cursors.advance_done()
    assert sweep.take_back_leases() == 0
    assert cursor_of(opened, gateway).done == ids(opened)[0] - 1
    expire()
    assert sweep.take_back_leases() == 4
    assert statuses(opened) == {"unknown": 3, "sent": 5, "queued": 2}
    check_books(cast.owner.account_id)


def test_what_is_done_is_not_read_again(gateway: int, opened: int) -> None:
    claim, everything = Claim(gateway), ids(opened)
    window = claiming.take(claim, 6)
    recording.record(claim, [(m, Answer((f"r-{m.id}",))) for m in window[:4]])
    cursors.advance_done()
    assert cursor_of(opened, gateway) == Cursor(everything[3], everything[5], everything[9])
    recording.record(claim, [(m, Answer((f"r-{m.id}",))) for m in window[4:]])
    third = claiming.take(claim, 1)
    cursors.advance_done()
    assert cursor_of(opened, gateway).done == everything[5]
    expire()
    assert sweep.take_back_leases() == len(third)


def test_a_cancelled_campaign_is_swept_too(gateway: int, opened: int, cast: Cast) -> None:
    claiming.take(Claim(gateway), 3)
    launch.cancel(db.session.get_one(Campaign, opened))
    expire()
    assert sweep.take_back_leases() == 3
    assert statuses(opened) == {"cancelled": 7, "unknown": 3}
    check_books(cast.owner.account_id)


def test_admins_see_what_waits_and_what_is_being_sent(gateway: int, opened: int) -> None:
    claim = Claim(gateway)
    recording.record(claim, [(m, BUSY) for m in claiming.take(claim, 2)])
    claiming.take(claim, 3)
    state = overview.gateway_state(db.session.get_one(Gateway, gateway))
    assert (state.waiting, state.sending) == (7, 3)


def test_no_index_covers_the_columns_that_every_message_changes(app: Flask, context: None) -> None:
    """PostgreSQL writes beside the old row only if no indexed column has changed."""
    changing = {"status", "reason", "lease_token", "lease_until", "submitted_at", "attempts"}
    changing |= {"tried_at", "sent_at", "final_at", "encrypted_text"}
    for index in Message.__table__.indexes:
        assert not changing & {column.name for column in index.columns}
        for dialect in ("sqlite", "postgresql"):
            where = str(index.dialect_options[dialect]["where"])
            assert not changing.intersection(re.findall(r"\w+", where))


def test_postgresql_writes_new_rows_beside_the_old_ones(
    gateway: int, make_campaign: MakeCampaign, cast: Cast
) -> None:
    if on_sqlite():
        return
    campaign_id = make_campaign(PHONES)
    preparation.prepare(campaign_id)
    options = db.session.scalar(text("SELECT reloptions FROM pg_class WHERE relname = 'messages'"))
    assert options == ["fillfactor=50"]
    before = written()
    claim = Claim(gateway)
    window = claiming.take(claim, 10)
    recording.record(claim, [(m, Answer((f"r-{m.id}",))) for m in window])
    gateway_inbox.store(
        gateway, [Receipt(f"r-{m.id}", "", ReceiptStatus.DELIVERED) for m in window]
    )
    while gateway_inbox.apply_batch():
        continue
    assert statuses(campaign_id) == {"delivered": 10}
    assert [new - old for new, old in zip(written(), before, strict=True)] == [30, 30]


def pooled() -> list[int]:
    """The processes of the server that answer the connections of the pool."""
    pool = db.engine.pool
    assert isinstance(pool, QueuePool)
    connections = [db.engine.connect() for _ in range(pool.checkedin())]
    pids = [each.scalar(text("SELECT pg_backend_pid()")) for each in connections]
    for connection in connections:
        connection.close()
    return pids


def written() -> tuple[int, int]:
    """How many rows of messages have been updated, and how many of them beside the old one."""
    db.session.remove()
    pids = pooled()
    db.engine.dispose()  # a connection reports its statistics at its end at the latest
    db.session.execute(text(END), {"pids": pids})
    db.session.rollback()
    columns = "n_tup_upd, n_tup_hot_upd"
    query = text(f"SELECT {columns} FROM pg_stat_user_tables WHERE relname = 'messages'")
    updates = tuple(db.session.execute(query).one())
    db.session.rollback()
    return updates
