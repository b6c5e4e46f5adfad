"""An A/B test on the pages: chosen and priced on the review, followed and decided on the report."""

from collections.abc import Callable

import pytest
from flask import Flask

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import AbTest, Account, Campaign, Consent, Recipient
from promosms.services.campaigns import ab_tests, drafts
from tests.support.cast import Cast
from tests.support.pages import PageClient, words
from tests.views.campaigns.test_send import agreed

LONG = "Hi {first_name|there}, " + "our bread is fresh, " * 9
TWO = {"text_b": LONG, "share": "50", "measure": "replied", "wait": "2"}
Settle = Callable[..., None]


@pytest.fixture
def many(app: Flask, cast: Cast, draft: str) -> str:
    """The draft, now to sixty people more."""
    with app.app_context(), transaction() as session:
        session.add_all(
            Recipient(
                account_id=cast.owner.account_id,
                phone=f"+486010{n:02}117",
                country="PL",
                consent=Consent.GIVEN,
            )
            for n in range(60)
        )
    return draft


def test_a_test_is_chosen_priced_followed_and_decided_by_hand(
    app: Flask, cast: Cast, owner: PageClient, many: str, settle: Settle
) -> None:
    before = owner.get_page(f"/campaigns/{many}/review")
    page = owner.post_page(f"/campaigns/{many}/ab-test", TWO)
    text = words(page.get_text(" "))
    with app.app_context():
        campaign = db.session.query(Campaign).one()
        test = db.session.query(AbTest).one()
        costs = ab_tests.costs(campaign, test)
        db.session.remove()
    a, b, rest = costs.a, costs.b, costs.rest
    assert a.recipients + b.recipients + rest.recipients == 63
    assert (a.total, b.total) == (300 * a.recipients, 600 * b.recipients)
    assert rest.total == 600 * rest.recipients
    whole = (a.total + b.total + rest.total) / 10_000
    assert f"63 people get {a.parts + b.parts + rest.parts} texts for €{whole:.2f}." in text
    assert f"The better one, for the others {rest.recipients} people" in text
    assert "Two texts text A or B to 50% of them, then the better one to the others" in text
    assert "it waits for 2 hours" in text
    assert "our bread is fresh" in text
    stale = owner.post_page(f"/campaigns/{many}/send", agreed(before))
    assert "changed after this review" in stale.get_text()
    report = owner.post_page(f"/campaigns/{many}/send", agreed(page))
    assert "Compares two texts" in report.get_text()
    settle()
    assert "The others wait for the better one." in owner.get_page("/dashboard").get_text()
    report = owner.get_page(f"/campaigns/{many}")
    text = words(report.get_text(" "))
    assert f"The better one goes to the other {rest.recipients} people on" in text
    assert f"It costs €{rest.total / 10_000:.2f} at most." in text
    link = next(a for a in report.select("a") if a.get_text() == "Text B")
    part = owner.get_page(str(link["href"]))
    assert "This is text B of a comparison." in words(part.get_text(" "))
    done = owner.post_page(f"/campaigns/{many}/ab-test/better", {"text": "b"})
    assert "Text B goes to the others now." in done.get_text()
    settle()
    text = words(owner.get_page(f"/campaigns/{many}").get_text(" "))
    assert "You have chosen text B for the others." in text
    again = owner.post_page(f"/campaigns/{many}/ab-test/better", {"text": "a"})
    assert "moved on meanwhile" in again.get_text()
    with app.app_context():
        account = db.session.get_one(Account, cast.owner.account_id)
        assert account.balance + account.held == 100_000 - (a.total + b.total + rest.total)
        db.session.remove()


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"text_b": " "}, "Write the second text."),
        ({"text_b": "Hi {first_name|there}, 20% off"}, "Both texts are the same."),
        ({"text_b": "Hi {nickname}"}, "Nobody can fill in: nickname."),
        ({"text_b": "x" * 1000}, "This text is too long"),
        ({"measure": "clicked"}, "Who opens a link is only known when both texts have one"),
        ({"share": "99"}, "Choose how many people get one of the two texts."),
        ({"wait": "3"}, "Choose how long to wait."),
    ],
)
def test_what_is_wrong_is_said_and_kept(
    app: Flask, owner: PageClient, many: str, changed: dict[str, str], says: str
) -> None:
    page = owner.post_page(f"/campaigns/{many}/ab-test", TWO | changed, status=422)
    assert says in words(page.get_text(" "))
    assert page.select_one("#ab-test").get("open") is not None
    with app.app_context():
        assert db.session.query(AbTest).all() == []
        db.session.remove()


def test_one_does_without_and_few_people_are_not_compared(
    app: Flask, owner: PageClient, many: str
) -> None:
    owner.post_page(f"/campaigns/{many}/ab-test", TWO)
    page = owner.post_page(f"/campaigns/{many}/ab-test", {"without": "yes"})
    assert "Two texts no, all get the same" in words(page.get_text(" "))
    with app.app_context(), transaction() as session:
        assert session.query(AbTest).all() == []
        few = session.query(Recipient).filter(Recipient.phone.like("+486010%")).limit(14)
        for recipient in few.all():
            session.delete(recipient)
    assert not owner.get_page(f"/campaigns/{many}/review").select("#ab-test")


def test_a_copy_has_no_test(app: Flask, owner: PageClient, many: str) -> None:
    owner.post_page(f"/campaigns/{many}/ab-test", TWO)
    with app.app_context():
        copy = drafts.duplicate(db.session.query(Campaign).one(), "Again")
        assert ab_tests.of(copy) is None
        db.session.remove()
