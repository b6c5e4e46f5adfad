"""Clients that run beside the workers: they launch campaigns and opt out."""

import sys
import time
from collections.abc import Sequence
from pathlib import Path

from flask import Flask
from sqlalchemy import func, select

from promosms import queue
from promosms.extensions import db
from promosms.models import Campaign, Message, SuppressionSource
from promosms.services.campaigns import audience, launch
from promosms.services.campaigns.launch_problems import LaunchError, LaunchProblem
from promosms.services.sending import opt_outs

AHEAD = 100
"""So many texts before its own a number may opt out."""


def launch_all(app: Flask, campaign_ids: Sequence[int], journal: str) -> None:
    """Launch campaigns one after the other, as the web does; write down each acknowledged one.

    Campaigns in the journal are skipped, all others are tried again.
    """
    path = Path(journal)
    done = {int(line) for line in path.read_text().split()} if path.exists() else set()
    with app.app_context(), path.open("a") as file:
        for campaign_id in campaign_ids:
            if campaign_id in done:
                continue
            campaign = db.session.get_one(Campaign, campaign_id)
            try:
                launch.launch(campaign, audience.estimate(campaign).total)
                queue.wake("work", "prepare.run", campaign_id)
            except LaunchError as problem:
                if problem.code != LaunchProblem.NOT_DRAFT:
                    raise
            file.write(f"{campaign_id}\n")
            file.flush()
            db.session.remove()


def opt_out_all(
    app: Flask, account_id: int, places: Sequence[tuple[int, str]], journal: str
) -> None:
    """Opt numbers out just before or after their text is sent; write down each time.

    `places` are the numbers with the id of their message.
    """
    with app.app_context(), Path(journal).open("a") as file:
        for place, phone in places:
            while frontier() + AHEAD < place:
                time.sleep(0.01)
            opt_outs.opt_out(account_id, phone, SuppressionSource.HAND)
            file.write(f"{time.monotonic_ns()} {phone}\n")
            file.flush()


def frontier() -> int:
    """The first queued message; behind the last message if there is none."""
    first_id = db.session.scalar(select(func.min(Message.id)).where(Message.status == "queued"))
    db.session.remove()
    return first_id or sys.maxsize
