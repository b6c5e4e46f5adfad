"""On the review one chooses by whose clock a text leaves and how it is spread, and sees the end."""

from datetime import datetime

import pytest
from flask import Flask

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import (
    Campaign,
    CampaignKind,
    Consent,
    Gateway,
    Recipient,
    RouteGateway,
)
from promosms.services.accounts import preferences
from promosms.services.campaigns import drafts, launch, preparation
from promosms.services.installation import defaults
from promosms.services.sending import claiming
from tests.services.sending.test_quiet_hours import claim
from tests.support.cast import Cast
from tests.support.clock import Clock
from tests.support.pages import PageClient, words
from tests.support.settings import override
from tests.views.campaigns.test_send import agreed

NOON = "2026-12-01T11:00:00Z"
ONCE = {"clock": "account", "spread": "once"}
SMPP = {"host": "smpp.example.com", "system_id": "shop", "password": "not-a-secret"}


@pytest.fixture(autouse=True)
def noon(app: Flask, cast: Cast, clock: Clock) -> None:
    """Noon in Poland."""
    clock.move(seconds=(datetime.fromisoformat(NOON) - clock.now()).total_seconds())
    clock.stop()
    with app.app_context():
        preferences.choose_place(cast.owner.account_id, "PL", "Europe/Warsaw", "")
        db.session.remove()


@pytest.fixture
def planned(app: Flask, cast: Cast, draft: str) -> str:
    """The draft for ten o'clock tomorrow, also to somebody in New York."""
    with app.app_context(), transaction() as session:
        campaign = session.query(Campaign).one()
        campaign.planned_time, campaign.planned_zone = "2026-12-02T10:00", "Europe/Warsaw"
        session.add(
            Recipient(
                account_id=cast.owner.account_id,
                phone="+12125550100",
                country="US",
                consent=Consent.GIVEN,
            )
        )
    return draft


def test_the_clock_of_each_person_is_chosen_shown_and_scheduled(
    app: Flask, owner: PageClient, planned: str
) -> None:
    review = owner.get_page(f"/campaigns/{planned}/review")
    assert "It starts on 2 Dec 2026, 10:00 CET, and is through by about 2 Dec 2026, 10:01" in words(
        review.get_text(" ")
    )
    given = {"clock": "each", "spread": "once"}
    page = owner.post_page(f"/campaigns/{planned}/departure", given)
    text = words(page.get_text(" "))
    assert "How it leaves on the clock of each person, all at once" in text
    assert "Poland 3 people from 2 Dec 2026, 10:00 CET" in text
    assert "United States 1 person from 2 Dec 2026, 16:00 CET" in text
    assert "through by about 2 Dec 2026, 16:01 CET" in text
    stale = owner.post_page(f"/campaigns/{planned}/send", agreed(review))
    assert "changed after this review" in stale.get_text()
    report = owner.post_page(f"/campaigns/{planned}/send", agreed(page))
    assert "It starts on 2 Dec 2026, 10:00 on the clock of each person." in words(
        report.get_text(" ")
    )
    again = owner.post_page(f"/campaigns/{planned}/departure", ONCE)
    assert "already on its way" in again.get_text()
    copy = owner.post_page(f"/campaigns/{planned}/duplicate", {})
    assert "leaves when you send it" in words(copy.get_text(" "))
    with app.app_context():
        first, second = db.session.query(Campaign).order_by(Campaign.id)
        assert (first.each_clock, first.first_zone) == (True, "Europe/Warsaw")
        assert (second.each_clock, second.first_zone, second.planned_time) == (False, "", "")


def test_whose_time_has_passed_already_keeps_it_from_being_scheduled(
    app: Flask, owner: PageClient, planned: str
) -> None:
    with app.app_context(), transaction() as session:
        session.query(Campaign).one().planned_time = "2026-12-01T12:30"
        session.query(Recipient).filter_by(country="US").one().phone = "+380501234567"
        session.query(Recipient).filter_by(country="US").one().country = "UA"
    owner.post_page(f"/campaigns/{planned}/departure", {"clock": "each", "spread": "once"})
    page = owner.get_page(f"/campaigns/{planned}/review")
    assert "For some of these people that time has passed" in words(page.get_text(" "))
    assert not page.select("form[action$='/send']")
    page = owner.post_page(f"/campaigns/{planned}/departure", ONCE)
    assert page.select("form[action$='/send']")


def test_it_is_spread_and_review_and_report_say_until_when(
    app: Flask, owner: PageClient, draft: str, clock: Clock
) -> None:
    given = {"clock": "account", "spread": "batches", "size": "1", "minutes": "90", "hours": "x"}
    page = owner.post_page(f"/campaigns/{draft}/departure", given)
    text = words(page.get_text(" "))
    assert "How it leaves in batches of 1, every 90 minutes" in text
    assert "It is through by about 1 Dec 2026, 15:01 CET." in text
    assert page.select_one("#minutes")["value"] == "90"
    report = owner.post_page(f"/campaigns/{draft}/send", agreed(page))
    with app.app_context():
        campaign = db.session.query(Campaign).one()
        assert preparation.prepare(campaign.id) == "sending"
        assert len(claiming.take(claim(), 10)) == 1
        db.session.remove()
    end = "1 Dec 2026, 15:00 CET"
    said = f"It leaves in batches of 1, every 90 minutes, and is through by about {end}."
    report = owner.get_page(f"/campaigns/{draft}")
    assert said in words(report.get_text(" "))
    page = owner.post_page(f"/campaigns/{draft}/departure", {"clock": "account", "spread": "x"})
    assert "already on its way" in page.get_text()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"spread": "hours", "hours": "0"}, "Write a number of hours from 1 to 72."),
        ({"spread": "hours", "hours": "73"}, "Write a number of hours from 1 to 72."),
        ({"spread": "hours", "hours": ""}, "Write a number of hours from 1 to 72."),
        ({"spread": "batches", "size": "0", "minutes": "5"}, "how many people get it together"),
        ({"spread": "batches", "size": "5", "minutes": "1441"}, "minutes from 1 to 1440"),
        ({"spread": "never"}, "Choose one of these."),
    ],
)
def test_what_cannot_be_is_refused_and_stays_on_the_page(
    app: Flask, owner: PageClient, draft: str, given: dict[str, str], said: str
) -> None:
    typed = {"clock": "account", **given}
    page = owner.post_page(f"/campaigns/{draft}/departure", typed, status=422)
    assert said in words(page.get_text(" "))
    assert page.select_one("details#departure[open]")
    with app.app_context():
        campaign = db.session.query(Campaign).one()
        assert (campaign.spread_hours, campaign.batch_size, campaign.batch_minutes) == (0, 0, 0)


def test_another_way_of_leaving_does_not_keep_an_open_composer_from_saving(
    app: Flask, owner: PageClient, draft: str
) -> None:
    with app.app_context():
        stamp = drafts.stamp(db.session.query(Campaign).one())
    owner.post_page(f"/campaigns/{draft}/departure", {**ONCE, "spread": "hours", "hours": "8"})
    with app.app_context():
        campaign = db.session.query(Campaign).one()
        assert drafts.stamp(campaign) == stamp
        drafts.update(campaign, drafts.read(campaign), stamp)
        assert campaign.spread_hours == 8
        launch.launch(campaign, 10_000)
        preparation.prepare(campaign.id)
        assert (campaign.pace_size, campaign.pace_seconds) == (1, 9_600)


@pytest.fixture
def line(app: Flask) -> None:
    """A line to real phones, and quiet hours."""
    override(app, quiet_hours=True)
    with app.app_context(), transaction() as session:
        gateway = Gateway(name="Line", kind="smpp", settings=dict(SMPP))
        session.add(gateway)
        session.flush()
        route = defaults.default_route()
        session.add(RouteGateway(route_id=route.id, gateway_id=gateway.id))


@pytest.mark.usefixtures("line")
def test_where_hours_are_advice_one_may_choose_the_evening_and_sundays(
    app: Flask, owner: PageClient, planned: str
) -> None:
    with app.app_context(), transaction() as session:
        session.query(Campaign).one().planned_time = "2026-12-06T21:30"  # a Sunday
    page = owner.get_page(f"/campaigns/{planned}/review")
    text = words(page.get_text(" "))
    assert "mostly not on Sundays and public holidays: Poland." in text
    assert "Poland 3 people from 7 Dec 2026, 08:00 CET" in text
    page = owner.post_page(f"/campaigns/{planned}/departure", {**ONCE, "day": "wide"})
    text = words(page.get_text(" "))
    assert "How it leaves all at once, every day from 7:00 to 22:00" in text
    assert not page.select("[aria-labelledby=quiet]")  # it is afternoon in New York
    assert page.select_one("input[name=day][value=wide][checked]")
    owner.post_page(f"/campaigns/{planned}/departure", ONCE)
    with app.app_context():
        assert not db.session.query(Campaign).one().wide_hours


@pytest.mark.usefixtures("line")
def test_nothing_is_offered_where_a_rule_binds_or_none_does(
    app: Flask, owner: PageClient, draft: str
) -> None:
    with app.app_context(), transaction() as session:
        campaign = session.query(Campaign).one()
        campaign.kind, campaign.wide_hours = CampaignKind.SERVICE, True  # it was a promotion before
    page = owner.get_page(f"/campaigns/{draft}/review")
    assert not page.select("[name=day]")
    assert "every day from 7:00" not in page.get_text()
    with app.app_context(), transaction() as session:
        session.query(Campaign).one().kind = CampaignKind.PROMOTIONAL
        for recipient in session.query(Recipient):
            recipient.country, recipient.phone = "FR", f"+3361200000{recipient.id % 10}"
    assert not owner.get_page(f"/campaigns/{draft}/review").select("[name=day]")


def test_for_how_long_it_is_tried_is_chosen_and_shown(
    app: Flask, owner: PageClient, draft: str
) -> None:
    page = owner.post_page(f"/campaigns/{draft}/departure", {**ONCE, "validity": "3"})
    assert "How it leaves all at once, tried for 3 hours" in words(page.get_text(" "))
    assert page.select_one("#validity option[selected]")["value"] == "3"
    report = owner.post_page(f"/campaigns/{draft}/send", agreed(page))
    assert "Tried for 3 hours" in words(report.get_text(" "))
    copy = owner.post_page(f"/campaigns/{draft}/duplicate", {})
    assert "How it leaves" not in copy.get_text()  # a new text leaves as usual
    with app.app_context():
        assert sorted(c.validity_hours for c in db.session.query(Campaign)) == [0, 3]


@pytest.mark.parametrize("given", ["", "2", "-1", "73", "x"])
def test_no_other_time_can_be_chosen(app: Flask, owner: PageClient, draft: str, given: str) -> None:
    typed = {**ONCE, "validity": given}
    page = owner.post_page(f"/campaigns/{draft}/departure", typed, status=422)
    assert "Choose for how long a text is tried." in words(page.get_text(" "))


@pytest.mark.usefixtures("line")
@pytest.mark.parametrize(("hours", "offered"), [("24", True), ("0", False)])
def test_what_the_line_cannot_say_is_not_offered(
    app: Flask, owner: PageClient, draft: str, hours: str, offered: bool
) -> None:
    with app.app_context(), transaction() as session:
        line = session.query(Gateway).filter_by(kind="smpp").one()
        line.settings = {**SMPP, "validity_hours": hours}
    page = owner.post_page(f"/campaigns/{draft}/departure", {**ONCE, "validity": "6"})
    assert bool(page.select("#validity")) == offered
    with app.app_context():
        assert db.session.query(Campaign).one().validity_hours == (6 if offered else 0)


def test_strangers_are_refused(stranger: PageClient, draft: str) -> None:
    assert stranger.send(f"/campaigns/{draft}/departure", ONCE).status_code == 404
