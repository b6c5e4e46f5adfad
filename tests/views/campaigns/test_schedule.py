"""A time in the composer, the review that schedules, and the page of what has not started."""

from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import Account, Campaign, CampaignStatus
from promosms.services.accounts import preferences
from tests.support.cast import Cast
from tests.support.clock import Clock
from tests.support.pages import PageClient, words
from tests.views.campaigns.conftest import Typed
from tests.views.campaigns.test_send import agreed

WARSAW = ZoneInfo("Europe/Warsaw")
Settle = Callable[..., None]


@pytest.fixture(autouse=True)
def warsaw(app: Flask, cast: Cast, clock: Clock) -> None:
    """The clocks of the owner's account, and a day in winter."""
    noon = datetime(2026, 12, 1, 12, tzinfo=WARSAW)
    clock.move(seconds=(noon - clock.now()).total_seconds())
    with app.app_context():
        preferences.choose_place(cast.owner.account_id, "PL", WARSAW.key, "")
        db.session.remove()


@pytest.fixture
def tomorrow(clock: Clock) -> datetime:
    """Ten o'clock tomorrow in Warsaw."""
    day = clock.now().astimezone(WARSAW) + timedelta(days=1)
    return day.replace(hour=10, minute=0, second=0, microsecond=0)


@pytest.fixture
def soon(clock: Clock) -> datetime:
    """In an hour."""
    return clock.now().astimezone(WARSAW) + timedelta(hours=1)


def plan_earlier(app: Flask, hours: int) -> None:
    """As if it had been planned for earlier; a sign-in does not last so long."""
    with app.app_context(), transaction() as session:
        campaign = session.query(Campaign).one()
        wall = datetime.fromisoformat(campaign.planned_time) - timedelta(hours=hours)
        campaign.planned_time = f"{wall:%Y-%m-%dT%H:%M}"


def at(moment: datetime) -> dict[str, object]:
    return {"day": f"{moment:%Y-%m-%d}", "clock": f"{moment:%H:%M}", "zone": WARSAW.key}


def stored(app: Flask) -> Campaign:
    with app.app_context():
        campaign = db.session.query(Campaign).order_by(Campaign.id).first()
        assert campaign is not None
        db.session.expunge_all()
        db.session.remove()
    return campaign


def scheduled(owner: PageClient, typed: Typed, moment: datetime) -> str:
    """The address of a campaign that was scheduled through the pages."""
    review = owner.post_page("/campaigns/new", typed(action="review", **at(moment)))
    assert "Schedule 3 texts for €0.09" in words(review.get_text(" "))
    form = review.select_one("form[action$='/send']")
    assert form is not None
    address = str(form["action"]).removesuffix("/send")
    page = owner.post_page(f"{address}/send", agreed(review))
    assert "Scheduled" in page.get_text()
    return address


def test_it_is_scheduled_starts_by_itself_and_is_sent(
    app: Flask,
    owner: PageClient,
    people: str,
    typed: Typed,
    tomorrow: datetime,
    clock: Clock,
    settle: Settle,
) -> None:
    address = scheduled(owner, typed, tomorrow)
    said = f"It starts on {tomorrow.day} {tomorrow:%b %Y}, 10:00 {tomorrow:%Z}."
    assert said in words(owner.get_page(address).get_text(" "))
    assert said in words(owner.get_page("/dashboard").get_text(" "))
    assert "Scheduled" in owner.get_page("/campaigns").get_text()
    settle()
    assert stored(app).status == CampaignStatus.SCHEDULED
    clock.move(seconds=(tomorrow - clock.now()).total_seconds() + 1)
    settle()
    campaign = stored(app)
    assert (campaign.status, campaign.n_delivered) == (CampaignStatus.FINISHED, 3)
    assert campaign.planned_time == f"{tomorrow:%Y-%m-%dT%H:%M}"


def test_a_second_click_schedules_once_and_says_so(
    app: Flask, owner: PageClient, draft: str, tomorrow: datetime
) -> None:
    with app.app_context(), transaction() as session:
        campaign = session.query(Campaign).one()
        campaign.planned_time, campaign.planned_zone = f"{tomorrow:%Y-%m-%dT%H:%M}", WARSAW.key
    review = owner.get_page(f"/campaigns/{draft}/review")
    owner.post_page(f"/campaigns/{draft}/send", agreed(review))
    again = owner.post_page(f"/campaigns/{draft}/send", agreed(review))
    assert "Nothing was sent twice" in again.get_text()
    assert stored(app).status == CampaignStatus.SCHEDULED


def test_it_is_written_on_and_keeps_its_time(
    app: Flask, owner: PageClient, people: str, typed: Typed, tomorrow: datetime
) -> None:
    address = scheduled(owner, typed, tomorrow)
    page = owner.post_page(f"{address}/unschedule", {})
    assert "It is a draft again" in page.get_text()
    assert [page.select_one(f"#{name}")["value"] for name in ("day", "clock")] == [
        f"{tomorrow:%Y-%m-%d}",
        "10:00",
    ]
    again = owner.post_page(f"{address}/unschedule", {})
    assert "moved on meanwhile" in again.get_text()


def test_it_is_moved_on_its_page_and_nothing_else_changes(
    app: Flask, owner: PageClient, people: str, typed: Typed, tomorrow: datetime
) -> None:
    address = scheduled(owner, typed, tomorrow)
    before = stored(app)
    page = owner.get_page(address)
    assert page.select_one("#move #clock")["value"] == "10:00"
    form = {"seen": page.select_one("#move [name=seen]")["value"]}
    for given, said in (
        ({"day": "2020-01-01", "clock": "10:00"}, "That time has passed"),
        ({"day": "2027-03-28", "clock": "02:30"}, "this time does not exist"),
        ({"day": "", "clock": ""}, "Choose the day and the time."),
        ({"day": "2027-01-04", "clock": ""}, "Give the time too."),
    ):
        page = owner.post_page(f"{address}/move", {**form, **given}, status=422)
        assert said in words(page.select_one("#move[open]").get_text(" "))
    given = {**form, "day": "4.1.2027", "clock": "11:30"}
    page = owner.post_page(f"{address}/move", given)
    assert "It starts on 4 Jan 2027, 11:30 CET." in words(page.get_text(" "))
    owner.post_page(f"{address}/move", given)
    stale = owner.post_page(f"{address}/move", {**given, "clock": "12:00"})
    assert "moved on meanwhile" in stale.get_text()
    after = stored(app)
    assert after.planned_time == "2027-01-04T11:30"
    assert (after.agreed_price, after.text, after.audience) == (
        before.agreed_price,
        before.text,
        before.audience,
    )


def test_it_is_sent_earlier(
    app: Flask, owner: PageClient, people: str, typed: Typed, tomorrow: datetime, settle: Settle
) -> None:
    address = scheduled(owner, typed, tomorrow)
    owner.post_page(f"{address}/start", {})
    again = owner.post_page(f"{address}/start", {})
    assert "moved on meanwhile" in again.get_text()
    settle()
    assert stored(app).n_delivered == 3


def test_it_is_cancelled_and_never_starts(
    app: Flask,
    owner: PageClient,
    people: str,
    typed: Typed,
    tomorrow: datetime,
    clock: Clock,
    settle: Settle,
) -> None:
    address = scheduled(owner, typed, tomorrow)
    assert "Cancelled" in owner.post_page(f"{address}/cancel", {}).get_text()
    clock.move(days=2)
    settle()
    assert stored(app).status == CampaignStatus.CANCELLED


def test_it_asks_on_the_dashboard_when_it_could_not_start(
    app: Flask,
    owner: PageClient,
    people: str,
    typed: Typed,
    soon: datetime,
    clock: Clock,
    settle: Settle,
) -> None:
    address = scheduled(owner, typed, soon)
    plan_earlier(app, hours=14)
    settle(until=lambda: stored(app).status == CampaignStatus.BLOCKED)
    assert "It could not start by itself" in words(owner.get_page("/dashboard").get_text(" "))
    page = owner.get_page(address)
    assert "it is later than you allowed" in words(page.get_text(" "))
    assert page.select_one(f"form[action='{address}/start']")
    owner.post_page(f"{address}/start", {})
    settle()
    assert stored(app).n_delivered == 3


@pytest.mark.parametrize(
    ("day", "clock_time", "said"),
    [
        ("2020-01-01", "10:00", "That time has passed: it is"),
        ("2027-03-28", "02:30", "this time does not exist. Choose 01:30 or 03:30."),
        ("2099-01-01", "10:00", "Choose a day within a year."),
        ("2027-01-01", "", "Give the time too."),
        ("", "10:00", "Give the day too."),
        ("soon", "10:00", "Give the day as day, month, year"),
        ("2027-01-01", "25:00", "Give the time as hours and minutes"),
    ],
)
def test_a_time_that_cannot_be_is_refused_and_nothing_is_lost(
    owner: PageClient,
    people: str,
    typed: Typed,
    clock: Clock,
    day: str,
    clock_time: str,
    said: str,
) -> None:
    given = {"day": day, "clock": clock_time, "zone": WARSAW.key}
    page = owner.post_page("/campaigns/new", typed(action="review", **given))
    assert said in words(page.get_text(" "))
    assert page.select_one("#text").get_text().strip() == typed()["text"]


def test_the_hour_that_comes_twice_is_the_first_one_and_the_review_says_so(
    owner: PageClient, people: str, typed: Typed, clock: Clock
) -> None:
    move = datetime(2026, 10, 24, 12, tzinfo=WARSAW) - clock.now()
    clock.move(seconds=move.total_seconds())
    given = {"day": "25.10.2026", "clock": "02:30", "zone": WARSAW.key}
    page = owner.post_page("/campaigns/new", typed(action="review", **given))
    text = words(page.get_text(" "))
    assert "It starts on 25 Oct 2026, 02:30 CEST" in text
    assert "It starts at the first one." in text


def test_a_review_that_was_read_for_too_long_schedules_nothing(
    app: Flask, owner: PageClient, people: str, typed: Typed, soon: datetime, clock: Clock
) -> None:
    review = owner.post_page("/campaigns/new", typed(action="review", **at(soon)))
    address = str(review.select_one("form[action$='/send']")["action"])
    plan_earlier(app, hours=2)
    page = owner.post_page(address, agreed(review))
    assert "has passed meanwhile" in words(page.get_text(" "))
    assert not page.select("form[action$='/send']")
    assert stored(app).status == CampaignStatus.DRAFT


def test_strangers_and_visitors_are_refused(
    app: Flask,
    cast: Cast,
    owner: PageClient,
    stranger: PageClient,
    people: str,
    typed: Typed,
    tomorrow: datetime,
) -> None:
    address = scheduled(owner, typed, tomorrow)
    for action in ("start", "unschedule", "move"):
        assert stranger.send(f"{address}/{action}").status_code == 404
    with app.app_context():
        assert db.session.get_one(Account, cast.owner.account_id).held == 0
    assert stored(app).status == CampaignStatus.SCHEDULED
