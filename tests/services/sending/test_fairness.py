"""Nobody waits long because somebody else has much to do."""

from argparse import Namespace
from collections.abc import Iterator

import pytest
from flask import Flask
from rq import Queue

from benchmarks import smsc
from benchmarks.fairness import while_sent
from benchmarks.installation import Installation, running_installation
from benchmarks.sending import read_campaign, smpp_gateway
from promosms import queue as job_queue
from promosms.extensions import db
from promosms.jobs import prepare
from promosms.lib import time_slice
from promosms.models import Campaign, CampaignStatus
from promosms.services.campaigns import audience
from tests.services.sending.conftest import MakeCampaign
from tests.support.own_database import own_database

__all__ = ["own_database"]
BIG = 20_000
OPTIONS = Namespace(messages=BIG, small=100, rate=2000)


@pytest.fixture
def peer() -> Iterator[smsc.Process]:
    """An SMSC that notes when each number was texted."""
    with smsc.running() as process:
        yield process


@pytest.fixture
def running(own_database: str, peer: smsc.Process) -> Iterator[Installation]:
    """The real workers with a gateway of 2,000 parts a second."""
    with running_installation(own_database) as installation:
        with installation.app.app_context():
            smpp_gateway(peer.port, window=100, rate=OPTIONS.rate)
        installation.start("work", "gateway-2", "tick")
        installation.wait(lambda: bool(peer.counts()["binds"]))
        yield installation


def test_a_small_campaign_overtakes_a_large_one_that_is_being_sent(
    running: Installation, peer: smsc.Process
) -> None:
    while_sent(running, peer, 2, OPTIONS)
    small = peer.counts("487")  # one look at both: the big one goes on meanwhile
    assert small["matching"] == 100
    assert small["numbers"] - 100 < BIG / 2, "the small one has waited for the big one"
    with running.app.app_context():
        assert read_campaign(1).status == CampaignStatus.SENDING


def test_a_long_preparation_continues_after_waiting_jobs(
    app: Flask, make_campaign: MakeCampaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time_slice, "SHARED", 0.0)
    monkeypatch.setattr(audience, "PAGE", 4)
    big = make_campaign([f"+4860111{n:04}" for n in range(10)])
    with app.app_context():
        job_queue.queue("work").empty()
        job_queue.wake("work", "prepare.run", 0)
        prepare.run(big)
        assert waiting(job_queue.queue("work")) == [(0,), (big,)]
        assert read(big) == (CampaignStatus.PREPARING, 4)
        job_queue.queue("work").empty()
        prepare.run(big)
        assert read(big) == (CampaignStatus.SENDING, 10), "alone it need not stop"


def test_a_campaign_is_queued_once_when_it_is_enqueued_often(app: Flask) -> None:
    with app.app_context():
        job_queue.queue("work").empty()
        for campaign_id in (7, 8, 7, 7):
            job_queue.wake("work", "prepare.run", campaign_id)
        job_queue.wake("work", "imports.run", 7)
        assert waiting(job_queue.queue("work")) == [(7,), (8,), (7,)]


def waiting(queue: Queue) -> list[tuple[int, ...]]:
    """What the jobs of a queue are for, in their order."""
    return [tuple(job.args) for job in queue.get_jobs()]


def read(campaign_id: int) -> tuple[str, int]:
    """Status of a campaign, and how many messages it has so far."""
    db.session.rollback()
    campaign = db.session.get_one(Campaign, campaign_id, populate_existing=True)
    return campaign.status, campaign.n_queued
