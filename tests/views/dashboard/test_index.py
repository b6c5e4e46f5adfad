"""The dashboard: the first steps, later the state of the account."""

from datetime import timedelta

import pytest
from flask import Flask

from promosms.db.transactions import transaction
from promosms.language import force_locale
from promosms.models import (
    Campaign,
    Consent,
    Import,
    InboundMessage,
    Recipient,
    Suppression,
    User,
    Worker,
    now,
)
from promosms.services.gateways import workers
from promosms.services.installation import defaults
from promosms.views.dashboard import headline
from tests.support import replies
from tests.support.cast import Cast
from tests.support.pages import PageClient, words


def add(app: Flask, *rows: object) -> None:
    with app.app_context(), transaction() as session:
        for row in rows:
            if isinstance(row, InboundMessage):
                replies.store(session, row)
            else:
                session.add(row)


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
    page = owner.get_page("/dashboard")
    text = words(page.get_text(" "))
    assert "Three steps" not in text
    assert page.h1.get_text() == "Nothing needs you"
    assert not page.select(".want")
    # An account of Poland, where a text costs 3 cents.
    assert "Balance €10.00 about 333 texts at home" in text
    assert "95% arrived of 42 texts" in text
    assert "40 arrived, 2 did not. The most on one day: 42, on" in text


def test_the_chart_leaves_out_what_is_older_than_30_days(
    app: Flask, cast: Cast, owner: PageClient
) -> None:
    campaign(app, cast, status="finished", launched_at=now() - timedelta(days=31), n_delivered=7)
    page = owner.get_page("/dashboard")
    assert "None." in page.select_one(".days").get_text()
    assert not page.select(".days svg")


def test_the_chart_has_a_scale_days_and_a_table(app: Flask, cast: Cast, owner: PageClient) -> None:
    for back, arrived in ((0, 1_234_567), (6, 9_000), (7, 40)):
        moment = now() - timedelta(days=back)
        campaign(app, cast, status="finished", launched_at=moment, n_delivered=arrived)
    with app.app_context(), transaction() as session:
        session.query(User).update({"language": "pl"})
    wide, narrow = owner.get_page("/dashboard").select(".days figure")
    assert words(wide.figcaption.get_text()) == "SMS-y, w tysiącach"
    scale, days = wide.select(".plot > svg")
    assert [tick.get_text() for tick in scale.find_all("text")] == [
        *("0", "500", "1\xa0000", "1\xa0500")
    ]
    assert len(days.find_all("rect", class_="fill-good")) == 3
    assert [label.get_text() for label in days.select("text.strong")] == ["dziś"]
    assert len(days.find_all("text")) == 6
    assert "1\xa0243\xa0607 dotarło" in days.desc.get_text()
    assert [label.get_text() for label in narrow.find_all("text")][::2] == [
        *("9", "0", "0", "0", "0", "0", "1\xa0235")
    ]
    assert narrow.svg["role"] == "img"


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
    campaign(app, cast, status="paused", launched_at=now() - timedelta(days=40), n_queued=1)
    campaign(app, cast, status="finished", launched_at=now(), n_unknown=2)
    held = {"account_id": account, "phone": "+48601111111", "received_at": now()}
    add(
        app,
        Recipient(
            account_id=account,
            phone="+48601111111",
            country="PL",
            first_name="Hannah",
            last_name="Price",
        ),
        Import(account_id=account, filename="guests.csv", stored_as="x", status="mapping"),
        Suppression(**held, source="held", text="Do you stop at 5?"),
        InboundMessage(**held, kind="hold", text="Do you stop at 5?"),
        InboundMessage(account_id=account, phone="+48601111112", text="See you at 4"),
        InboundMessage(
            account_id=account,
            phone="+48601111112",
            text="Read before",
            read_at=now(),
        ),
    )
    page = owner.get_page("/dashboard")
    text = words(page.get_text(" "))
    assert page.h1.get_text() == "Four things need you"  # with the reply
    assert "Does Hannah Price want no more texts? Do you stop at 5?" in text
    assert "Spring Waits for you: €1.23 are missing. Nothing was sent yet. Top up" in text
    assert "guests.csv The list waits for you" in text
    assert "1 reply to read +48 601 111 112: See you at 4" in text
    assert "Read before" not in text
    under_way = words(page.select_one(".under-way").get_text(" "))
    assert "Paused. Nothing more is sent until you continue. Continue" in under_way
    assert "Of 2 texts nobody knows whether they arrived." in under_way
    other = page.select_one(".want form[action*='something-else']")
    page = owner.post_page(other["action"])
    assert "The number can be texted again." in page.get_text()
    assert page.h1.get_text() == "Three things need you"


def test_many_of_a_kind_take_the_place_of_few(app: Flask, cast: Cast, owner: PageClient) -> None:
    for number in range(5):
        campaign(app, cast, status="finished", launched_at=now(), n_unknown=number + 1)
        one = {"account_id": cast.owner.account_id, "filename": f"{number}.csv", "stored_as": "x"}
        add(app, Import(**one, status="mapping"))
    page = owner.get_page("/dashboard")
    assert page.h1.get_text() == "Five things need you"
    needed = [want.get_text(" ").split()[0] for want in page.select(".wants > .want")]
    assert needed == ["4.csv", "3.csv", "3"]
    assert page.select_one('.wants h2 a[href="/imports"]').get_text() == (
        "3 more lists wait for you to say what their columns mean"
    )
    more = words(page.select(".under-way > .want")[-1].get_text(" "))
    assert len(page.select(".under-way > .want")) == 3
    assert more == "3 more campaigns Of 6 texts nobody knows whether they arrived."


@pytest.mark.parametrize(
    ("number", "english", "polish"),
    [
        (0, "Nothing needs you", "Nic na Ciebie nie czeka"),
        (1, "One thing needs you", "Jedna rzecz czeka na Ciebie"),
        (4, "Four things need you", "Cztery rzeczy czekają na Ciebie"),
        (5, "Five things need you", "Pięć rzeczy czeka na Ciebie"),
        (6, "6 things need you", "6 rzeczy czeka na Ciebie"),
        (22, "22 things need you", "22 rzeczy czekają na Ciebie"),
    ],
)
def test_the_headline_is_a_sentence(app: Flask, number: int, english: str, polish: str) -> None:
    with app.test_request_context():
        assert headline(number) == english
        with force_locale("pl"):
            assert headline(number) == polish


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
