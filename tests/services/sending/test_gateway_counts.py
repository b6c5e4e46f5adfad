"""Counts of gateways: added up without a lock, kept when texts go, and by days of every zone."""

import importlib.util
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from flask import Flask
from sqlalchemy import delete, func, select, text

import promosms
from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import GatewayCount, GatewayCountChange, MessageStatus, now
from promosms.services.sending import gateway_counts
from promosms.services.sending.gateway_counts import Changes, Count
from tests.services.sending.conftest import MakeCampaign, check_gateway_counts

OUTCOMES = ("00001", "00002", "00003", "00005", "00100", "00101")


def test_they_are_those_of_the_messages_also_where_the_migration_fills_them(
    app: Flask, make_campaign: MakeCampaign, settle: Callable[..., None]
) -> None:
    make_campaign([f"+486012{ending}" for ending in OUTCOMES])
    settle()
    with app.app_context():
        check_gateway_counts()
        today = [now() - timedelta(hours=1)]
        before = gateway_counts.by_gateway(today)
        assert list(before.values()) == [[Count(sent=5, delivered=2, failed=3)]]
        gateway_counts.fold()
        assert db.session.scalar(select(func.count()).select_from(GatewayCountChange)) == 0
        check_gateway_counts()
        with transaction() as session:
            session.execute(delete(GatewayCount))
            session.execute(text(migration()))
        check_gateway_counts()
        assert gateway_counts.by_gateway(today) == before


def migration() -> str:
    """The statement with which the migration fills the counts."""
    file = Path(promosms.__file__).parent / "migrations/versions/0007_gateway_counts.py"
    spec = importlib.util.spec_from_file_location("migration", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return str(module._filled(db.engine.name))


def add(moment: datetime, after: MessageStatus, number: int, gateway_id: int = 1) -> None:
    changes = Changes()
    with transaction() as session:
        changes.move(gateway_id, moment, MessageStatus.SENDING, after, number)
        changes.write(session)


def test_days_begin_at_midnight_of_any_zone(context: None) -> None:
    for zone in map(ZoneInfo, ("Asia/Kathmandu", "Europe/Warsaw", "Pacific/Chatham")):
        with transaction() as session:
            session.execute(delete(GatewayCount))
        days = [datetime(2026, 3, day, tzinfo=zone).astimezone(UTC) for day in (1, 2, 3)]
        second = timedelta(seconds=1)
        add(days[0] - second, MessageStatus.SENT, 100)
        add(days[0], MessageStatus.SENT, 1)
        add(days[1] - second, MessageStatus.FAILED, 2)
        add(days[1], MessageStatus.SENT, 4)
        gateway_counts.fold()
        add(days[2], MessageStatus.SENT, 8)
        add(days[2] + timedelta(hours=30), MessageStatus.SENT, 16)
        add(days[2], MessageStatus.SENT, 32, gateway_id=2)
        assert gateway_counts.by_gateway(days) == {
            1: [Count(sent=1, failed=2), Count(sent=4), Count(sent=24)],
            2: [Count(), Count(), Count(sent=32)],
        }
        gateway_counts.fold()


def test_only_old_counts_go(context: None) -> None:
    limit = GatewayCount.retention.limit
    add(now() - limit - timedelta(minutes=16), MessageStatus.SENT, 1)
    add(now() - limit + timedelta(minutes=16), MessageStatus.SENT, 2)
    gateway_counts.fold()
    gateway_counts.forget_old()
    assert db.session.scalars(select(GatewayCount.sent)).all() == [2]
