"""What waits for a lost gateway goes by another one of its route."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import (
    Campaign,
    CampaignStatus,
    Gateway,
    GatewayStatus,
    Message,
    MessagePart,
    MessageStatus,
    Priority,
    RouteGateway,
    Worker,
    now,
)
from promosms.services.campaigns import preparation
from promosms.services.gateways import breaker, test_texts, workers
from promosms.services.installation import defaults
from promosms.services.sending import failover, verification_texts
from tests.services.sending.conftest import MakeCampaign, check_books
from tests.support.cast import Cast

PHONES = [f"+4860129910{n}" for n in range(6)]
Lose = Callable[..., tuple[int, int]]


@pytest.fixture
def lose(app: Flask, make_campaign: MakeCampaign) -> Lose:
    """A campaign that waits for a gateway without connection; returns the ids of the gateway and
    of its stand-in."""

    def lose(**stand_in: object) -> tuple[int, int]:
        campaign_id = make_campaign(PHONES)
        with app.app_context():
            preparation.prepare(campaign_id)
            with transaction() as session:
                first = session.scalars(select(Gateway)).one()
                second = Gateway(name="Second", **{"kind": "simulator", **stand_in})
                session.add(second)
                session.flush()
                route_id = defaults.default_route().id
                session.add(RouteGateway(route_id=route_id, gateway_id=second.id, position=1))
                first.seen_at = now() - timedelta(seconds=61)
            gateway_ids = first.id, second.id
            db.session.remove()
        return gateway_ids

    return lose


def waiting(gateway_id: int) -> int:
    query = select(func.count()).where(
        Message.gateway_id == gateway_id, Message.status == MessageStatus.QUEUED
    )
    return db.session.scalar(query) or 0


def test_queued_texts_move_and_the_sums_are_right(app: Flask, cast: Cast, lose: Lose) -> None:
    first, second = lose()
    with app.app_context():
        assert failover.move_waiting() == 6
        assert (waiting(first), waiting(second)) == (0, 6)
        check_books(cast.owner.account_id)
        assert failover.move_waiting() == 0


@pytest.mark.parametrize(
    "second",
    [
        {"status": GatewayStatus.PAUSED},
        {"health": 0},
        {"seen_at": now() - timedelta(hours=1)},
    ],
)
def test_without_a_stand_in_queued_texts_stay(
    app: Flask, lose: Lose, second: dict[str, object]
) -> None:
    first, _ = lose(**second)
    with app.app_context():
        assert failover.move_waiting() == 0
        assert waiting(first) == 6


def test_a_paused_gateway_keeps_its_queue(app: Flask, lose: Lose) -> None:
    first, _ = lose()
    with app.app_context():
        with transaction() as session:
            session.get_one(Gateway, first).status = GatewayStatus.PAUSED
        assert failover.move_waiting() == 0
        assert waiting(first) == 6


def test_the_queue_of_a_gateway_that_paused_itself_moves_but_not_while_it_is_probed(
    app: Flask, lose: Lose
) -> None:
    first, second = lose()
    with app.app_context():
        with transaction() as session:
            session.get_one(Gateway, first).seen_at = now()
            session.execute(update(Message).values(next_attempt_at=now() + timedelta(hours=1)))
        breaker.trip(first, "no_answer")
        with transaction() as session:
            session.get_one(Gateway, first).probing_until = now() + timedelta(seconds=9)
        assert failover.move_waiting() == 0
        with transaction() as session:
            session.get_one(Gateway, first).probing_until = now()
        assert failover.move_waiting() == 6
        assert (waiting(first), waiting(second)) == (0, 6)
        assert set(db.session.scalars(select(Message.next_attempt_at))) == {None}


def test_probes_are_untried_texts_of_campaigns_to_countries_that_the_gateway_serves(
    app: Flask, lose: Lose
) -> None:
    first, second = lose()
    with app.app_context():
        assert failover.move_waiting() == 6
        breaker.trip(first, "no_answer")
        with transaction() as session:
            session.execute(
                update(RouteGateway).where(RouteGateway.gateway_id == first).values(countries="PL")
            )
            german, tried, *_ = session.scalars(select(Message).order_by(Message.id))
            german.country, tried.attempts = "DE", 1
        assert [failover.lend(first, 3) for _ in range(3)] == [3, 1, 0]
        assert (waiting(first), waiting(second)) == (4, 2)


def test_a_short_pause_moves_nothing(app: Flask, lose: Lose) -> None:
    first, _ = lose()
    with app.app_context():
        with transaction() as session:
            session.get_one(Gateway, first).seen_at = now() - timedelta(seconds=50)
        assert failover.move_waiting() == 0


def test_a_tick_that_has_just_begun_waits(app: Flask, lose: Lose) -> None:
    lose()
    with app.app_context():
        workers.beat(workers.TICK)
        assert failover.move_waiting() == 0
        with transaction() as session:
            session.execute(update(Worker).values(started_at=now() - timedelta(seconds=61)))
        assert failover.move_waiting() == 6


def test_texts_that_may_have_been_accepted_stay(app: Flask, lose: Lose) -> None:
    first, second = lose()
    with app.app_context():
        with transaction() as session:
            unconfirmed, begun, claimed, *_ = session.scalars(select(Message).order_by(Message.id))
            unconfirmed.unconfirmed = True
            claimed.status = MessageStatus.SENDING
            session.add(
                MessagePart(
                    message_id=begun.id,
                    number=1,
                    account_id=begun.account_id,
                    gateway_id=first,
                    reference="a",
                )
            )
        assert failover.move_waiting() == 3
        assert (waiting(first), waiting(second)) == (2, 3)


def test_the_countries_of_a_gateway_are_respected(app: Flask, lose: Lose) -> None:
    first, second = lose()
    with app.app_context():
        with transaction() as session:
            session.execute(
                update(RouteGateway).where(RouteGateway.gateway_id == second).values(countries="DE")
            )
            german = session.scalars(select(Message).order_by(Message.id)).first()
            assert german is not None
            german.country = "DE"
        assert failover.move_waiting() == 1
        assert waiting(second) == 1


def test_texts_for_the_simulator_are_never_sent_by_a_real_gateway(app: Flask, lose: Lose) -> None:
    first, _ = lose(kind="smpp")
    with app.app_context():
        assert failover.move_waiting() == 0
        with transaction() as session:
            session.get_one(Gateway, first).kind = "smpp"
        assert failover.move_waiting() == 6


def test_countries_without_a_stand_in_do_not_hold_up_the_others(
    app: Flask, lose: Lose, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, second = lose()
    monkeypatch.setattr(failover, "BATCH", 2)
    with app.app_context():
        with transaction() as session:
            session.execute(
                update(RouteGateway).where(RouteGateway.gateway_id == second).values(countries="DE")
            )
            last = session.scalars(select(Message).order_by(Message.id.desc())).first()
            assert last is not None
            last.country = "DE"
        assert failover.move_waiting() == 1


@pytest.mark.parametrize("status", [CampaignStatus.PAUSED, CampaignStatus.CANCELLED])
def test_a_stopped_campaign_is_left_alone(app: Flask, lose: Lose, status: CampaignStatus) -> None:
    lose()
    with app.app_context():
        with transaction() as session:
            session.execute(update(Campaign).values(status=status))
        assert failover.move_waiting() == 0


def test_single_texts_move_but_not_the_tests_of_the_gateway(
    app: Flask, cast: Cast, lose: Lose
) -> None:
    first, second = lose()
    with app.app_context():
        with transaction() as session:
            session.execute(update(Gateway).where(Gateway.id == second).values(seen_at=now()))
            session.execute(update(Campaign).values(status=CampaignStatus.PAUSED))
        text = verification_texts.queue_verification_text(
            cast.owner.account_id, "+48601000101", "Hi {secret}"
        )
        gateway = db.session.get_one(Gateway, first)
        test = test_texts.send(gateway, "+48601000102", "Test", "admin")
        with transaction() as session:
            session.execute(
                update(Message)
                .where(Message.priority == Priority.VERIFICATION)
                .values(gateway_id=first)
            )
        assert failover.move_waiting() == 1
        db.session.expire_all()
        assert (text.gateway_id, test.gateway_id) == (second, first)


def test_many_texts_move_in_batches(
    app: Flask, lose: Lose, monkeypatch: pytest.MonkeyPatch
) -> None:
    lose()
    monkeypatch.setattr(failover, "BATCH", 4)
    with app.app_context():
        assert [failover.move_waiting() for _ in range(3)] == [4, 2, 0]
