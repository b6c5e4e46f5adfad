"""The settings of a user and of the account."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import update

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.forms.settings import zones
from promosms.models import Account, Automation, ReplyEmails, ReplyMode, Session, User
from promosms.services.accounts import accounts
from promosms.services.automations import automations
from promosms.services.automations.automations import When
from promosms.services.campaigns.drafts import Draft
from promosms.services.reply_emails import preferences
from promosms.services.reply_emails.preferences import Choice
from tests.support.cast import Cast
from tests.support.html import Tag
from tests.support.pages import PageClient, words


def test_it_shows_the_sessions_and_hides_the_number(owner: PageClient) -> None:
    text = words(owner.get_page("/settings").get_text(" "))
    assert "owner@example.com" in text
    assert "+48 *** *** 101" in text
    assert "601000101" not in text.replace(" ", "")


@pytest.mark.parametrize("address", ["/settings/data", "/settings/leave", "/password/change"])
def test_the_menu_shows_where_its_pages_belong(owner: PageClient, address: str) -> None:
    page = owner.get_page(address)
    assert words(page.select_one(".nav [aria-current=page]").get_text()) == "Settings"


def test_the_owner_chooses_country_and_time_zone(app: Flask, cast: Cast, owner: PageClient) -> None:
    page = owner.get_page("/settings")
    chosen = [sent(option) for option in page.select("option[selected]")]
    assert chosen == ["en", "PL", "Europe/Warsaw"]
    data = {"region": "GB", "timezone": "Europe/London"}
    assert "saved" in owner.post_page("/settings/place", data).get_text()
    with app.app_context():
        account = db.session.get_one(Account, cast.owner.account_id)
        assert (account.region, account.timezone) == ("GB", "Europe/London")
        stranger_account = db.session.get_one(Account, cast.stranger.account_id)
        assert stranger_account.region == "PL"


def test_what_leaves_by_the_clocks_moves_with_them(
    app: Flask, cast: Cast, owner: PageClient
) -> None:
    draft = Draft(name="Birthdays", text="All the best!", everyone=True)
    midday = datetime(2037, 5, 16, 10, tzinfo=UTC)  # twelve in Warsaw
    with app.app_context():
        account = db.session.get_one(Account, cast.owner.account_id)
        created = automations.create(account, When("birthday", clock="12:00"), draft, "")
        preferences.save(account.id, Choice(ReplyMode.DAILY, hour=12))
        with transaction() as session:
            session.execute(update(Automation).values(next_at=midday))
            session.execute(update(ReplyEmails).values(next_at=midday))
        automation_id, account_id = created.id, account.id
    owner.post_page("/settings/place", {"region": "PL", "timezone": "Europe/London"})
    with app.app_context():
        automation = db.session.get_one(Automation, automation_id)
        emails = db.session.get_one(ReplyEmails, account_id)
        assert automation.next_at == emails.next_at == midday + timedelta(hours=1)


def sent(option: Tag) -> str:
    """What a browser sends for an option: its value, or its text if it has none."""
    return str(option.get("value", option.get_text()))


def test_every_time_zone_can_be_chosen_as_a_browser_sends_it(
    app: Flask, cast: Cast, owner: PageClient
) -> None:
    options = owner.get_page("/settings").select("select[name=timezone] option")
    names = {sent(option).replace(" ", "_") for option in options}
    assert names == set(zones())
    assert len(options) == len(names) > 450
    for zone in ("America/New York", "America/New_York"):
        page = owner.post_page("/settings/place", {"region": "PL", "timezone": zone})
        (chosen,) = page.select("select[name=timezone] option[selected]")
        assert sent(chosen) == "America/New York"
        with app.app_context():
            account = db.session.get_one(Account, cast.owner.account_id)
            assert account.timezone == "America/New_York"


def test_the_owner_names_the_shop_on_one_line(app: Flask, cast: Cast, owner: PageClient) -> None:
    place = {"region": "PL", "timezone": "Europe/Warsaw"}
    owner.post_page("/settings/place", {**place, "shop_name": " Łódź\r\nBar,  601 "})
    with app.app_context():
        assert db.session.get_one(Account, cast.owner.account_id).shop_name == "Łódź Bar, 601"
    field = owner.get_page("/settings").select_one("input[name=shop_name]")
    assert field is not None
    assert field["value"] == "Łódź Bar, 601"
    owner.post_page("/settings/place", {**place, "shop_name": "x" * 61}, 422)
    owner.post_page("/settings/place", {**place, "shop_name": "x" * 60})
    owner.post_page("/settings/place", {**place, "shop_name": ""})
    with app.app_context():
        assert db.session.get_one(Account, cast.owner.account_id).shop_name == ""


@pytest.mark.parametrize(
    "data",
    [
        {"region": "XX", "timezone": "Europe/Warsaw"},
        {"region": "PL", "timezone": "Mars/Base"},
        {},
    ],
)
def test_it_refuses_unknown_countries_and_time_zones(
    app: Flask, cast: Cast, owner: PageClient, data: dict[str, str]
) -> None:
    page = owner.post_page("/settings/place", data, 422)
    assert page.select(".error")
    with app.app_context():
        assert db.session.get_one(Account, cast.owner.account_id).timezone == "Europe/Warsaw"


def test_a_member_may_change_the_own_language_but_not_the_account(
    app: Flask, cast: Cast, colleague: PageClient
) -> None:
    page = colleague.get_page("/settings")
    assert not page.select("select[name=region]")
    assert not page.select('a[href="/settings/leave"]')
    colleague.post_page("/settings/place", {"region": "GB", "timezone": "UTC"}, 403)
    colleague.post_page("/settings/language", {"language": "pl"})
    with app.app_context():
        assert db.session.get_one(User, cast.colleague.user_id).language == "pl"


def test_it_refuses_an_unknown_language(owner: PageClient) -> None:
    owner.post_page("/settings/language", {"language": "xx"}, 422)


def test_admins_have_settings_too(admin: PageClient) -> None:
    page = admin.get_page("/settings")
    assert "admin@example.com" in page.get_text()
    assert not page.select("select[name=region]")


def test_a_suspended_account_sees_the_reason(app: Flask, cast: Cast, owner: PageClient) -> None:
    with app.app_context():
        accounts.suspend(cast.owner.account_id, "Texts without consent", "x")
    assert "so it cannot send: Texts without consent" in owner.get_page("/settings").get_text()


def test_it_refuses_visitors(visitor: PageClient) -> None:
    assert "/login" in visitor.get("/settings").location


def test_another_browser_is_signed_out(app: Flask, cast: Cast, owner: PageClient) -> None:
    second_browser = cast.owner.browser()
    second_browser.get_page("/settings")
    page = owner.get_page("/settings")
    assert page.get_text().count("Test browser") == 2
    assert len(page.select('form[action$="/end"]')) == 1
    action = str(page.select('form[action$="/end"]')[0]["action"])
    owner.post_page(action)
    assert "/login" in second_browser.get("/settings").location
    owner.get_page("/settings")


def test_all_other_browsers_are_signed_out(cast: Cast, owner: PageClient) -> None:
    others = [cast.owner.browser(), cast.owner.browser()]
    colleague = cast.colleague.browser()
    assert "2 others" in owner.post_page("/settings/sessions/end-others").get_text()
    assert all("/login" in browser.get("/settings").location for browser in others)
    colleague.get_page("/settings")


def test_nobody_ends_the_session_of_another_user(
    app: Flask, cast: Cast, owner: PageClient, stranger: PageClient
) -> None:
    stranger.get_page("/settings")
    with app.app_context():
        query = db.select(Session.public_id).where(Session.user_id == cast.stranger.user_id)
        public_id = db.session.scalars(query).one()
    owner.post_page(f"/settings/sessions/{public_id}/end")
    stranger.get_page("/settings")


def test_an_admin_sees_times_in_a_zone_of_the_own_choice(cast: Cast, admin: PageClient) -> None:
    since = "main .rows .meta"
    assert "UTC" in admin.get_page("/settings").select(since)[-1].get_text()
    form = {"timezone": "Asia/Kolkata"}
    assert (
        "Choose the time zone"
        in admin.post_page("/admin/time-zone", {"timezone": "Moon"}, status=422).get_text()
    )
    page = admin.post_page("/admin/time-zone", form)
    assert "IST" in page.select(since)[-1].get_text()
    assert "Time zone Asia/Kolkata" in [words(tag.get_text()) for tag in page.select("summary")]
    page = cast.owner.browser().get_page("/settings")
    assert not page.select("form[action='/admin/time-zone']")
    assert "IST" not in page.get_text()
