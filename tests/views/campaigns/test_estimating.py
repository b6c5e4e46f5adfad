"""The review of a campaign to very many people waits for a worker, without a button that sends."""

import pytest
from flask import Flask

from promosms.extensions import db
from promosms.models import Campaign
from promosms.services.campaigns import estimating
from promosms.views.campaigns import review
from tests.support.clock import Clock
from tests.support.pages import PageClient, words
from tests.views.campaigns.test_send import Stored, agreed


@pytest.fixture
def woken(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """Everybody is many; returns the jobs that were queued."""
    found: list[tuple[str, ...]] = []
    monkeypatch.setattr(estimating, "SMALL", 3)
    monkeypatch.setattr(review.queue, "wake", lambda *job: found.append(job[:2]) or True)
    return found


def count(app: Flask) -> None:
    with app.app_context():
        assert not estimating.work(db.session.query(Campaign).one().id)
        db.session.remove()


def test_it_waits_and_then_shows_the_price(
    app: Flask, owner: PageClient, draft: str, woken: list[tuple[str, ...]], stored: Stored
) -> None:
    address = f"/campaigns/{draft}/review"
    page = owner.get_page(address)
    text = words(page.get_text(" "))
    assert "What it costs is being worked out" in text
    assert "0 of about 4 people" in text
    assert "Hi Ola, 20% off" in text
    assert page.select(f'[data-refresh="{address}/counting"]')
    assert not page.select('form[action$="/send"], input[name=agreed]')
    assert woken == [("work", "estimates.run")]

    part = owner.get(f"{address}/counting").text
    assert "data-done" not in part
    assert "0 of about 4 people" in part
    count(app)
    assert "data-done" in owner.get(f"{address}/counting").text

    page = owner.get_page(address)
    text = words(page.get_text(" "))
    assert "3 people get 3 texts for €0.09." in text
    assert "Worked out at" in text
    owner.post_page(f"/campaigns/{draft}/send", agreed(page))
    assert stored()[0].agreed_price == 900
    assert "data-done" in owner.get(f"{address}/counting").text, "it leads to the report"


def test_a_form_that_was_filled_in_wrongly_stays_on_an_older_estimate(
    app: Flask, owner: PageClient, draft: str, woken: list[tuple[str, ...]], clock: Clock
) -> None:
    owner.get_page(f"/campaigns/{draft}/review")
    count(app)
    clock.move(minutes=6)
    data = {"clock": "account", "spread": "hours", "hours": "0"}
    page = owner.post_page(f"/campaigns/{draft}/departure", data, 422)
    assert page.select(".error")
    assert "3 people get 3 texts" in words(page.get_text(" "))
    assert "is being worked out" in words(owner.get_page(f"/campaigns/{draft}/review").get_text())


def test_few_are_counted_at_once(
    owner: PageClient, draft: str, woken: list[tuple[str, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(estimating, "SMALL", 4)
    text = words(owner.get_page(f"/campaigns/{draft}/review").get_text(" "))
    assert "3 people get 3 texts for €0.09." in text
    assert "Worked out at" not in text
    assert woken == []
