"""The choice about optional cookies: how it is made, stored, applied and asked for again."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import CookieChoice, now
from promosms.services.policies import cookie_choices
from promosms.services.policies import versions as policy_versions
from promosms.settings import Settings, optional_cookies
from promosms.web import cookies
from tests.support.pages import PageClient
from tests.support.settings import override
from tests.views.auth.test_limits import limited
from tests.views.policies.test_cookies import set_by

__all__ = ["limited"]  # a fixture

STATISTICS = {
    "title": {"en": "Statistics", "pl": "Statystyka"},
    "purpose": {"en": "Counts visits.", "pl": "Liczy wizyty."},
    "script": "/statistics/count.js",
    "cookies": {"_visits": 30},
}
TASTES = {**STATISTICS, "title": {"en": "Tastes", "pl": "Gusta"}, "cookies": {"_tastes": 90}}
BOTH = {"statistics": STATISTICS, "tastes": TASTES}
QUESTION = "section.cookies button[name=answer]"


@pytest.fixture
def asking(app: Flask, visitor: PageClient) -> PageClient:
    """A visitor of an installation with optional cookies."""
    override(app, optional_cookies={"statistics": STATISTICS})
    return visitor


def answer(visitor: PageClient, choice: str, **more: str) -> str:
    """Answer the question; returns the value of the cookie."""
    response = visitor.send("/cookies/choice", {"answer": choice, "page": "/terms", **more})
    assert (response.status_code, response.location) == (303, "/terms#said")
    return set_by(response)[cookies.NOTICE.name].split(";")[0].split("=", 1)[1]


def rows(app: Flask) -> list[CookieChoice]:
    with app.app_context():
        return list(db.session.scalars(select(CookieChoice).order_by(CookieChoice.id)))


def asked(visitor: PageClient) -> bool:
    return bool(visitor.get_page("/terms").select(QUESTION))


def test_it_asks_with_two_buttons_of_the_same_kind(asking: PageClient) -> None:
    reject, accept = asking.get_page("/terms").select(QUESTION)
    assert (reject["value"], accept["value"]) == ("reject", "accept")
    assert reject["class"] == accept["class"]
    assert reject.parent == accept.parent


def test_a_choice_is_recorded_without_the_user(app: Flask, asking: PageClient) -> None:
    kept = answer(asking, "accept")
    (row,) = rows(app)
    latest = policy_versions.latest().name
    assert (row.version, row.accepted, row.rejected, row.language) == (
        latest,
        "statistics",
        "",
        "en",
    )
    assert row.public_id in kept
    assert {column.name for column in CookieChoice.__table__.columns} == {
        *("id", "public_id", "version", "accepted", "rejected", "language", "created_at")
    }
    assert row.public_id in asking.get_page("/cookies").get_text()


def test_after_a_refusal_the_cookie_contains_no_identifier(app: Flask, asking: PageClient) -> None:
    kept = answer(asking, "reject")
    (row,) = rows(app)
    assert (row.accepted, row.rejected) == ("", "statistics")
    assert row.public_id not in kept
    assert not asked(asking)


def test_the_script_is_loaded_only_after_accepting(asking: PageClient) -> None:
    def loaded() -> bool:
        return bool(asking.get_page("/terms").select("script[src='/statistics/count.js']"))

    assert not loaded()
    answer(asking, "reject")
    assert not loaded()
    answer(asking, "accept")
    assert loaded()
    answer(asking, "reject")
    assert not loaded()


def test_withdrawing_deletes_the_cookies(app: Flask, asking: PageClient) -> None:
    answer(asking, "accept")
    asking.set_cookie("_visits", "1", domain="localhost")
    sent = asking.send("/cookies/choice", {"answer": "reject", "page": "/"})
    assert "Max-Age=0" in set_by(sent)["_visits"]
    assert [row.accepted for row in rows(app)] == ["statistics", ""]


def test_nobody_is_asked_again_for_half_a_year(asking: PageClient) -> None:
    for choice in ("reject", "accept"):
        response = asking.send("/cookies/choice", {"answer": choice})
        assert f"Max-Age={183 * 24 * 60 * 60}" in set_by(response)[cookies.NOTICE.name]
        assert not asked(asking)


def test_a_new_version_of_the_policy_asks_again(
    asking: PageClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer(asking, "reject")
    (first, *others) = policy_versions.versions()
    younger = policy_versions.Version(first.day + timedelta(days=9), first.changes, first.digests)
    monkeypatch.setattr(policy_versions, "versions", lambda: (younger, first, *others))
    assert asked(asking)


def test_a_new_category_asks_again_and_is_not_accepted_before(
    app: Flask, asking: PageClient
) -> None:
    answer(asking, "accept")
    override(app, optional_cookies=BOTH)
    assert asked(asking)
    names = [name.get_text() for name in asking.get_page("/cookies").select("main .badge")]
    assert names == ["You have accepted", "You have rejected"]


def test_each_category_has_its_own_answer(app: Flask, asking: PageClient) -> None:
    override(app, optional_cookies=BOTH)
    answer(asking, "accept", category="tastes")
    answer(asking, "accept")
    answer(asking, "reject", category="tastes")
    choices = [(row.accepted, row.rejected) for row in rows(app)]
    assert choices == [
        ("tastes", "statistics"),
        ("statistics tastes", ""),
        ("statistics", "tastes"),
    ]


def test_global_privacy_control_is_respected(app: Flask, asking: PageClient) -> None:
    answer(asking, "accept")
    asking.environ_base["HTTP_SEC_GPC"] = "1"
    page = asking.get_page("/terms")
    assert not page.select("section.cookies, script[src='/statistics/count.js']")
    answer(asking, "accept")
    assert rows(app)[-1].accepted == ""
    assert not asking.get_page("/cookies").select("main button")


def test_a_closed_notice_opens_again_for_a_new_question(app: Flask, visitor: PageClient) -> None:
    visitor.send("/cookies/notice", {"page": "/"})
    assert not visitor.get_page("/terms").select("section.cookies")
    override(app, optional_cookies=BOTH)
    assert asked(visitor)


def test_without_a_question_nothing_is_recorded(app: Flask, visitor: PageClient) -> None:
    sent = visitor.send("/cookies/choice", {"answer": "accept", "page": "/terms"})
    assert (sent.status_code, sent.location) == (303, "/terms")
    assert cookies.NOTICE.name not in set_by(sent)
    assert rows(app) == []


@pytest.mark.parametrize("value", ["", "maybe"])
def test_an_invalid_answer_is_ignored(app: Flask, asking: PageClient, value: str) -> None:
    asking.send("/cookies/choice", {"answer": value})
    assert rows(app) == []
    assert asked(asking)


@pytest.mark.parametrize("value", ["", "closed", "a|b", "|", "||+statistics", "x|y|+|-"])
def test_a_forged_cookie_is_not_a_choice(asking: PageClient, value: str) -> None:
    asking.set_cookie(cookies.NOTICE.name, value, domain="localhost", secure=True)
    assert asked(asking)


def test_the_page_lists_the_optional_cookies(asking: PageClient) -> None:
    page = asking.get_page("/cookies")
    row = page.select("main tbody tr")[-1].get_text()
    assert "_visits" in row
    assert "30 days" in row
    assert "Statistics" in row
    assert "come only after you have accepted them" in page.get_text()


def test_answers_have_a_rate_limit(limited: Flask) -> None:
    override(limited, optional_cookies=BOTH)
    client = PageClient(limited)
    codes = [client.send("/cookies/choice", {"answer": "reject"}).status_code for _ in range(21)]
    assert codes == [303] * 20 + [429]


def test_old_choices_are_deleted(app: Flask, asking: PageClient) -> None:
    answer(asking, "accept")
    answer(asking, "reject")
    with app.app_context():
        old = now() - cookie_choices.KEPT - timedelta(days=1)
        with transaction() as session:
            first = select(CookieChoice.id).order_by(CookieChoice.id).limit(1).scalar_subquery()
            session.execute(
                update(CookieChoice).where(CookieChoice.id == first).values(created_at=old)
            )
        assert cookie_choices.forget_old() == 1
    assert [row.rejected for row in rows(app)] == ["statistics"]


@pytest.mark.parametrize(
    ("categories", "word"),
    [
        ({"Statistics": STATISTICS}, "small letters"),
        ({"statistics": {**STATISTICS, "title": {"en": "Statistics"}}}, "every language"),
        ({"statistics": {**STATISTICS, "script": "https://count.example/x.js"}}, "on this site"),
        ({"statistics": {**STATISTICS, "script": "//count.example/x.js"}}, "on this site"),
        ({"statistics": {**STATISTICS, "cookies": {}}}, "cookies must name"),
        ({"statistics": {**STATISTICS, "cookies": {"a b": 3}}}, "plain name"),
        ({"statistics": {**STATISTICS, "cookies": {"_x": 3000}}}, "390"),
    ],
)
def test_an_invalid_setting_is_reported(categories: dict[str, Any], word: str) -> None:
    assert word in optional_cookies.problem(Settings(optional_cookies=categories))


def test_a_valid_setting_is_accepted() -> None:
    assert optional_cookies.problem(Settings(optional_cookies=BOTH)) == ""
