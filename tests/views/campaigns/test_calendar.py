"""The calendar: what is planned stands on its day, on the clocks of the account."""

from datetime import datetime

import pytest
from flask import Flask

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import Account, Campaign, CampaignStatus
from promosms.services.accounts import preferences
from tests.support.cast import Cast
from tests.support.clock import Clock
from tests.support.html import Tag
from tests.support.pages import PageClient, words

DECEMBER = "/campaigns/calendar?month=2026-12"


@pytest.fixture(autouse=True)
def first_of_december(app: Flask, cast: Cast, clock: Clock) -> None:
    """Noon on a Tuesday in Poland."""
    noon = datetime.fromisoformat("2026-12-01T11:00:00Z")
    clock.move(seconds=(noon - clock.now()).total_seconds())
    clock.stop()
    live_in(app, cast, "PL", "Europe/Warsaw")
    with app.app_context(), transaction() as session:
        account = session.get_one(Account, cast.owner.account_id)
        account.created_at = datetime.fromisoformat("2026-11-20T11:00:00Z")


def live_in(app: Flask, cast: Cast, region: str, zone: str) -> None:
    with app.app_context():
        preferences.choose_place(cast.owner.account_id, region, zone, "")
        db.session.remove()


def day(page: Tag, iso: str) -> str:
    """What stands on a day of the calendar."""
    [cell] = [li for li in page.select(".calendar > li") if li.select(f"time[datetime='{iso}']")]
    return words(cell.get_text(" "))


def test_a_campaign_stands_on_its_day_with_people_and_price(
    app: Flask, cast: Cast, owner: PageClient, stranger: PageClient, draft: str
) -> None:
    with app.app_context(), transaction() as session:
        campaign = session.query(Campaign).one()
        campaign.status, campaign.audience = CampaignStatus.SCHEDULED, 3
        campaign.agreed_price = 1_200
        campaign.send_at = datetime.fromisoformat("2026-12-03T23:00:00Z")
    page = owner.get_page(DECEMBER)
    assert "00:00 CET Spring sale 3 people, €0.12 Scheduled" in day(page, "2026-12-04")
    assert "Spring sale" not in day(page, "2026-12-03")
    assert "Spring sale" not in stranger.get_page(DECEMBER).get_text()
    live_in(app, cast, "GB", "Europe/London")
    assert "23:00 GMT Spring sale" in day(owner.get_page(DECEMBER), "2026-12-03")
    with app.app_context(), transaction() as session:
        campaign = session.query(Campaign).one()
        campaign.status, campaign.launched_at = CampaignStatus.FINISHED, campaign.send_at
        campaign.send_at, campaign.total_price = None, 900
    assert "Spring sale 3 people, €0.09 Finished" in day(owner.get_page(DECEMBER), "2026-12-03")
    with app.app_context(), transaction() as session:
        session.query(Campaign).one().launched_at = datetime.fromisoformat("2027-01-04T00:00:00Z")
    assert "Spring sale" not in owner.get_page(DECEMBER).get_text()


@pytest.mark.parametrize(
    ("region", "first", "last", "number"),
    [("PL", "2026-11-30", "2027-01-03", 35), ("US", "2026-11-29", "2027-01-02", 35)],
)
def test_weeks_and_holidays_are_those_of_the_country(
    app: Flask, cast: Cast, owner: PageClient, region: str, first: str, last: str, number: int
) -> None:
    live_in(app, cast, region, "Europe/Warsaw")
    days = owner.get_page(DECEMBER).select(".calendar > li time")
    assert [str(days[0]["datetime"]), str(days[-1]["datetime"]), len(days)] == [first, last, number]
    page = owner.get_page(DECEMBER)
    assert "Christmas Day" in day(page, "2026-12-25")
    assert ("Second Day of Christmas" in day(page, "2026-12-26")) == (region == "PL")


def test_one_turns_to_other_months_and_comes_back_from_nonsense(owner: PageClient) -> None:
    page = owner.get_page("/campaigns/calendar")
    assert page.select_one("h1").get_text() == "December 2026"
    before, after = (str(link["href"]) for link in page.select(".page-head .actions a"))
    assert (before, after) == (
        "/campaigns/calendar?month=2026-11",
        "/campaigns/calendar?month=2027-01",
    )
    assert owner.get_page(after).select_one("h1").get_text() == "January 2027"
    for month in ("2026-13", "0001-01", "9999-12", "soon", "2026-12-01"):
        page = owner.get_page(f"/campaigns/calendar?month={month}")
        assert page.select_one("h1").get_text() == "December 2026"


def test_it_reaches_from_the_first_month_to_the_last_one_that_can_be_planned(
    owner: PageClient,
) -> None:
    """Nothing was before, and nothing can be planned more than 366 days ahead."""
    page = owner.get_page("/campaigns/calendar?month=2026-11")
    assert [link["href"] for link in page.select(".page-head .actions a")] == [
        "/campaigns/calendar?month=2026-12"
    ]
    page = owner.get_page("/campaigns/calendar?month=2027-12")
    assert [link["href"] for link in page.select(".page-head .actions a")] == [
        "/campaigns/calendar?month=2027-11"
    ]
    planned = [link["href"][-10:] for link in page.select(".calendar > li > a")]
    assert planned[-2:] == ["2027-12-01", "2027-12-02"]
    for month in ("2026-10", "2028-01"):
        page = owner.get_page(f"/campaigns/calendar?month={month}")
        assert page.select_one("h1").get_text() == "December 2026"


@pytest.mark.parametrize(
    ("iso", "planned"),
    [
        ("2026-12-03", ["2026-12-03", "10:00"]),
        ("2026-12-01", ["2026-12-01", "14:00"]),  # it is noon
        ("2026-11-30", ["", ""]),
        ("tomorrow", ["", ""]),
    ],
)
def test_a_day_is_pressed_and_a_text_is_planned_for_it(
    owner: PageClient, iso: str, planned: list[str]
) -> None:
    page = owner.get_page(f"/campaigns/new?day={iso}")
    assert [page.select_one(f"#{name}").get("value", "") for name in ("day", "clock")] == planned
    page = owner.get_page(DECEMBER)
    assert page.select("a[href='/campaigns/new?day=2026-12-01']")
    assert not page.select("a[href='/campaigns/new?day=2026-11-30']")


def test_late_in_the_evening_today_has_no_hour_left(
    app: Flask, cast: Cast, owner: PageClient
) -> None:
    live_in(app, cast, "JP", "Asia/Magadan")  # where it is ten in the evening
    page = owner.get_page("/campaigns/new?day=2026-12-01")
    assert not page.select_one("#day").get("value")
