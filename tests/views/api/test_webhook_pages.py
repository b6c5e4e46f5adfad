"""The pages of webhooks: an owner adds one, tests it, reads its log and sends again."""

from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy import select, update

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import Session, WebhookDelivery, WebhookEndpoint, now
from promosms.services.webhooks import claiming, endpoints, event_ids, recording, report_endpoints
from promosms.services.webhooks.recording import Result
from tests.support.cast import Cast
from tests.support.clock import Clock
from tests.support.pages import PageClient, words

LIST, NEW = "/settings/webhooks", "/settings/webhooks/new"
HOOK = {
    "url": "https://shop.example/sms",
    "events": ["reply.received", "message.finished"],
    "texts": "real",
}


@pytest.fixture
def owner(cast: Cast) -> PageClient:
    return cast.owner.browser()


def stored(app: Flask) -> list[WebhookEndpoint]:
    with app.app_context():
        rows = list(db.session.scalars(select(WebhookEndpoint).order_by(WebhookEndpoint.id)))
        db.session.expunge_all()
        return rows


def added(app: Flask, owner: PageClient, **more: object) -> str:
    """Add a webhook by the form; the address of its page."""
    owner.post_page(NEW, {**HOOK, **more})
    return f"{LIST}/{stored(app)[-1].public_id}"


def seen(owner: PageClient, path: str) -> str:
    return words(owner.get_page(path).get_text(" "))


def problems(owner: PageClient, **more: object) -> str:
    page = owner.post_page(NEW, {**HOOK, **more}, status=422)
    found = page.select_one(".errors")
    assert found is not None
    return words(found.get_text(" "))


def answered(app: Flask, answer: str) -> str:
    """What waits is answered so; the id of the newest event."""
    with app.app_context():
        claimed, _ = claiming.claim(lambda _: 9)
        recording.record([Result(each, answer, now(), 12) for each in claimed])
        return event_ids.encode([claimed[-1].id])[0]


def test_one_is_added_and_its_secret_shown(app: Flask, owner: PageClient) -> None:
    assert "Your programs hear of it" in seen(owner, LIST)
    page = owner.post_page(NEW, {**HOOK, "details": "y"})
    (made,) = stored(app)
    assert (made.url, made.events) == (HOOK["url"], "message.finished,reply.received")
    assert (made.with_details, made.sandbox, made.status) == (True, False, "active")
    secret = page.select_one("textarea[readonly]")
    assert secret is not None
    with app.app_context():
        assert secret.get_text() == endpoints.secret_of(made)
    listed = seen(owner, LIST)
    assert "https://shop.example/sms" in listed
    assert "Nothing sent yet" in listed


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"url": ""}, "Enter the address"),
        ({"url": "shop"}, "This is no address"),
        ({"url": "https://"}, "This is no address"),
        ({"url": "https://shop.example:0/"}, "This is no address"),
        ({"url": "https://shop.example:99999/"}, "This is no address"),
        ({"url": "https://shop.example/a b"}, "This is no address"),
        ({"url": "https://[::1"}, "This is no address"),
        ({"url": "ftp://shop.example/"}, "This is no address"),
        ({"url": "javascript:alert(1)"}, "This is no address"),
        ({"url": "http://shop.example/"}, "has to begin with https://"),
        ({"url": "https://me:secret@shop.example/"}, "Leave out the name and the password"),
        ({"url": "https://localhost/"}, "one of an own network"),
        ({"url": "https://till/"}, "one of an own network"),
        ({"url": "https://till.local/"}, "one of an own network"),
        ({"url": "https://192.168.1.7/"}, "one of an own network"),
        ({"url": "https://[::1]/"}, "one of an own network"),
        ({"url": "https://169.254.169.254/"}, "one of an own network"),
        ({"url": "https://shop.example/" + "a" * 480}, "too long: at most 500"),
        ({"events": []}, "Choose at least one thing"),
        ({"texts": "all"}, "Say which texts"),
    ],
)
def test_mistakes_are_named(
    app: Flask, owner: PageClient, wrong: dict[str, object], said: str
) -> None:
    assert said in problems(owner, **wrong)
    assert stored(app) == []


def test_the_longest_address_is_taken(app: Flask, owner: PageClient) -> None:
    longest = "https://shop.example/".ljust(500, "a")
    added(app, owner, url=f"  {longest} ")
    assert stored(app)[0].url == longest


def test_the_same_address_twice_is_a_mistake_and_for_the_sandbox_it_is_none(
    app: Flask, owner: PageClient
) -> None:
    added(app, owner)
    assert "There is a webhook with this address already" in problems(owner)
    added(app, owner, texts="sandbox")
    assert [each.sandbox for each in stored(app)] == [False, True]


def test_at_most_twenty(app: Flask, owner: PageClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoints, "MOST", 1)
    added(app, owner)
    assert "Add a webhook" not in seen(owner, LIST)
    assert "You have 1 webhooks" in problems(owner, url="https://shop.example/2")


def test_it_is_changed(app: Flask, owner: PageClient) -> None:
    page = added(app, owner)
    form = owner.get_page(f"{page}/change")
    checked = {str(field["value"]) for field in form.select("input[type=checkbox][checked]")}
    assert checked == set(HOOK["events"])
    assert not form.select("[name=texts]"), "that stays as it is"
    changed = {"url": "https://shop.example/new", "events": ["balance.low"], "texts": "sandbox"}
    owner.post_page(f"{page}/change", changed)
    assert [(each.url, each.events, each.sandbox) for each in stored(app)] == [
        ("https://shop.example/new", "balance.low", False)
    ]
    assert "Low balance" in seen(owner, page)


def test_a_test_is_logged_with_its_answer_and_sent_again(app: Flask, owner: PageClient) -> None:
    page = added(app, owner)
    owner.post_page(f"{page}/test")
    assert "Waits" in seen(owner, page)
    name = answered(app, "500")
    assert "Does not answer" in seen(owner, page)
    event = f"{LIST}/events/{name}"
    assert "answer 500" in seen(owner, event)
    assert name in seen(owner, event)
    assert "It is on its way already" in words(owner.post_page(f"{event}/again").get_text(" "))
    with app.app_context(), transaction() as session:
        session.execute(update(WebhookDelivery).values(next_at=now()))
    answered(app, "204")
    assert "Works" in seen(owner, page)
    assert "It is sent again." in words(owner.post_page(f"{event}/again").get_text(" "))


def test_what_was_given_up_is_found_and_sent_again(
    app: Flask, owner: PageClient, clock: Clock
) -> None:
    page = added(app, owner)
    owner.post_page(f"{page}/test")
    answered(app, "410")
    assert "Switched off by itself" in seen(owner, page)
    assert "Send again what did not arrive" not in seen(owner, page)
    owner.post_page(f"{page}/on")
    assert "Given up" in seen(owner, f"{page}?status=failed")
    assert "There are none." in seen(owner, f"{page}?status=delivered")
    assert "There are none." not in seen(owner, f"{page}?status=nonsense")
    owner.post_page(f"{page}/again")
    assert "Waits" in seen(owner, f"{page}?status=waiting")


def test_it_is_switched_off_and_on(app: Flask, owner: PageClient) -> None:
    page = added(app, owner)
    owner.post_page(f"{page}/off")
    assert stored(app)[0].status == "off"
    assert "You have switched it off" in seen(owner, page)
    assert "switch it on first" in words(owner.post_page(f"{page}/test").get_text(" "))
    owner.post_page(f"{page}/on")
    assert stored(app)[0].status == "active"


def test_a_new_secret_signs_beside_the_old_one_which_can_be_ended(
    app: Flask, owner: PageClient
) -> None:
    page = added(app, owner)
    before = secret_on(owner, page)
    owner.post_page(f"{page}/secret/new")
    after = secret_on(owner, page)
    assert before != after
    assert "The old secret signs beside this one until" in seen(owner, f"{page}/secret")
    owner.post_page(f"{page}/secret/new")
    assert secret_on(owner, page) == after, "the second click changes nothing"
    owner.post_page(f"{page}/secret/end-old")
    assert stored(app)[0].old_secret is None
    assert secret_on(owner, page) == after


def secret_on(owner: PageClient, page: str) -> str:
    found = owner.get_page(f"{page}/secret").select_one("textarea[readonly]")
    assert found is not None
    return found.get_text()


def test_a_secret_of_another_key_is_not_shown(app: Flask, owner: PageClient) -> None:
    page = added(app, owner)
    with app.app_context(), transaction() as session:
        session.execute(update(WebhookEndpoint).values(secret=b"of another key"))
    assert "cannot be read any more" in seen(owner, f"{page}/secret")
    owner.post_page(f"{page}/secret/new")
    assert secret_on(owner, page).startswith("whsec_")


def test_it_is_deleted_with_its_log(app: Flask, owner: PageClient) -> None:
    page = added(app, owner)
    owner.post_page(f"{page}/test")
    owner.get_page(f"{page}/delete")
    assert len(stored(app)) == 1, "a question deletes nothing"
    owner.post_page(f"{page}/delete")
    assert stored(app) == []
    with app.app_context():
        assert db.session.scalars(select(WebhookDelivery)).all() == []


def test_the_server_of_a_plug_in_has_a_log_and_can_be_switched_off(
    app: Flask, cast: Cast, owner: PageClient
) -> None:
    with app.app_context():
        report_endpoints.ensure(cast.owner.account_id, "https://shop.example/?id=%smsID", "tests")
    page = f"{LIST}/{stored(app)[0].public_id}"
    assert "called with news of the texts of a plug-in" in seen(owner, LIST)
    assert "A plug-in wants this server to be called" in seen(owner, page)
    assert "there again: to stop that, switch it off" in seen(owner, f"{page}/delete")
    for path in ("/change", "/secret"):
        answer = owner.get(page + path)
        assert answer.status_code == 404
        answer.close()
    for path in ("/test", "/secret/new", "/secret/end-old"):
        owner.post_page(page + path, status=404)
    owner.post_page(f"{page}/off")
    assert stored(app)[0].status == "off"


@pytest.mark.parametrize("path", ["/new", "/{id}/secret", "/{id}/change"])
def test_who_has_left_the_session_open_is_asked_again(
    app: Flask, owner: PageClient, path: str
) -> None:
    page = added(app, owner)
    with app.app_context(), transaction() as session:
        session.execute(update(Session).values(confirmed_at=None))
    answer = owner.get(LIST + path.format(id=page.rpartition("/")[2]))
    assert urlsplit(answer.location or "").path == "/confirm"
    answer.close()


def test_a_stranger_finds_neither_a_webhook_nor_its_events(
    app: Flask, cast: Cast, owner: PageClient
) -> None:
    page = added(app, owner)
    owner.post_page(f"{page}/test")
    name = answered(app, "204")
    stranger = cast.stranger.browser()
    for path in (page, f"{page}/secret", f"{page}/change", f"{LIST}/events/{name}"):
        answer = stranger.get(path)
        assert answer.status_code == 404, path
        answer.close()
