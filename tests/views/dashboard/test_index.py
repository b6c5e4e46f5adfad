"""The dashboard: the first steps, later the state of the account."""

from datetime import timedelta

from flask import Flask

from promosms.db.transactions import transaction
from promosms.models import Campaign, Consent, Import, Recipient, Suppression, Worker, now
from promosms.services.gateways import workers
from promosms.services.installation import defaults
from tests.support.cast import Cast
from tests.support.pages import PageClient, words


def add(app: Flask, *rows: object) -> None:
    with app.app_context(), transaction() as session:
        session.add_all(rows)


def campaign(app: Flask, cast: Cast, **values: object) -> None:
    with app.app_context():
        route = defaults.default_route().id
    add(app, Campaign(account_id=cast.owner.account_id, route_id=route, name="Spring", **values))


def shown(client: PageClient) -> str:
    return words(client.get_page("/dashboard").get_text(" "))


def test_a_newcomer_sees_three_steps_and_the_phone(owner: PageClient) -> None:
    page = owner.get_page("/dashboard")
    assert "Three steps to your first campaign" in page.get_text()
    assert len(page.select(".steps > li")) == 3
    assert not page.select(".steps > li.done")
    assert page.select_one('a[href="/phone"]')


def test_completed_steps_are_marked(app: Flask, cast: Cast, owner: PageClient) -> None:
    add(
        app,
        Recipient(
            account_id=cast.owner.account_id,
            phone="+48601111111",
            country="PL",
            consent=Consent.GIVEN,
        ),
    )
    assert len(owner.get_page("/dashboard").select(".steps > li.done")) == 1
    campaign(app, cast)
    page = owner.get_page("/dashboard")
    assert len(page.select(".steps > li.done")) == 2
    assert page.select_one('.steps a[href$="/review"]')


def test_the_steps_disappear_after_the_first_campaign(
    app: Flask, cast: Cast, owner: PageClient
) -> None:
    campaign(app, cast, status="finished", launched_at=now(), n_delivered=40, n_undelivered=2)
    text = shown(owner)
    assert "Three steps" not in text
    assert "Texts today 42" in text
    assert "Balance €10.00" in text
    assert "40 delivered, 2 not delivered" in text


def test_the_chart_leaves_out_what_is_older_than_30_days(
    app: Flask, cast: Cast, owner: PageClient
) -> None:
    campaign(app, cast, status="finished", launched_at=now() - timedelta(days=31), n_delivered=7)
    text = shown(owner)
    assert "7 delivered" not in text
    assert "Texts today 0" in text


def test_the_live_part_shows_running_campaigns(app: Flask, cast: Cast, owner: PageClient) -> None:
    campaign(app, cast, status="sending", launched_at=now(), n_queued=5, n_sent=3)
    page = owner.get_page("/dashboard")
    region = page.select_one("[data-refresh]")
    assert (region["data-refresh"], region["data-every"]) == ("/dashboard/live", "2")
    live = owner.get("/dashboard/live").text
    assert "data-partial" in live
    assert "3 of 8 done" in live


def test_it_names_what_needs_a_decision(app: Flask, cast: Cast, owner: PageClient) -> None:
    account = cast.owner.account_id
    campaign(app, cast, status="blocked", launched_at=now(), missing=12_300)
    campaign(app, cast, status="finished", launched_at=now(), n_unknown=2)
    add(
        app,
        Import(account_id=account, filename="guests.csv", stored_as="x", status="mapping"),
        Suppression(account_id=account, phone="+48601111111", source="reply"),
    )
    text = shown(owner)
    assert "“Spring” waits for you: €1.23 are missing." in text
    assert "nobody knows whether 2 texts arrived" in text
    assert "The file “guests.csv” waits for you" in text
    assert "Opted out 1" in text


def test_it_says_when_no_worker_runs(app: Flask, owner: PageClient) -> None:
    assert "sending service is not running" in shown(owner)
    with app.app_context():
        names = workers.expected()
    add(app, *(Worker(name=name, pid=1) for name in names))
    assert "sending service is not running" not in shown(owner)


def test_another_account_does_not_see_it(app: Flask, cast: Cast, stranger: PageClient) -> None:
    campaign(app, cast, status="sending", launched_at=now(), n_queued=5)
    text = shown(stranger)
    assert "Spring" not in text
    assert "Three steps" in text


def test_visitors_sign_in_first(visitor: PageClient) -> None:
    for page in ("/dashboard", "/dashboard/live"):
        assert "/login" in visitor.get(page).location
