"""The admin page of verification texts and of blocks."""

from flask import Flask
from sqlalchemy import select

from promosms.extensions import db
from promosms.models import AttemptKind, AuditEntry, TextAttempt
from promosms.services.abuse import blocks, refusals
from promosms.services.abuse.sms_pumping import PumpingProblem
from promosms.views.admin.texts import LAYERS
from tests.support.pages import PageClient, words
from tests.support.settings import override


def texted(number: int, *, completed: int) -> None:
    for n in range(number):
        row = {"kind": AttemptKind.TEXT, "number_hash": f"{n}", "prefix_hash": "", "dial_code": 48}
        db.session.add(TextAttempt(**row, network_hash="", completed=n < completed))
    db.session.commit()


def test_it_shows_the_day(app: Flask, admin: PageClient) -> None:
    with app.app_context():
        texted(12, completed=5)
        for _ in range(3):
            refusals.note(PumpingProblem.PREFIX)
    page = admin.get_page("/admin/texts")
    figures = [words(tag.get_text()) for tag in page.select_one(".facts").select("dd")]
    assert figures == ["12", "5", "38"]
    rows = {row.dt.get_text(): row.dd.get_text() for row in page.select(".setting .reasons > div")}
    assert len(rows) == len(LAYERS) == len(PumpingProblem)
    assert rows[str(LAYERS[PumpingProblem.PREFIX])] == "3"
    assert sum(int(number) for number in rows.values()) == 3


def test_it_says_when_no_texts_are_left(app: Flask, admin: PageClient) -> None:
    override(app, verification_texts_per_hour=0)
    page = admin.get_page("/admin/texts")
    assert "The texts of this hour are used up" in page.get_text()


def test_it_lifts_a_block(app: Flask, admin: PageClient) -> None:
    with app.app_context():
        blocks.block("+4860123", 14)
        (block,) = blocks.current()
    page = admin.get_page("/admin/texts")
    row = page.select_one(".row:has(form)")
    assert "+48 601 23• •••" in row.get_text()
    assert "4567" not in row.get_text()
    action = str(row.select_one("form")["action"])
    page = admin.post_page(action)
    assert "These numbers get passwords by text again." in page.get_text()
    assert "+48 601 23• •••" not in page.get_text()
    assert "were not blocked any more" in admin.post_page(action).get_text()
    with app.app_context():
        entry = db.session.scalars(
            select(AuditEntry).where(AuditEntry.action == "texts.unblock")
        ).one()
        assert (entry.subject, entry.detail) == (block.public_id, "")
        assert not blocks.is_blocked("+4860123")


def test_the_budget_alarm_is_not_listed_as_a_block(app: Flask, admin: PageClient) -> None:
    with app.app_context():
        blocks.note_empty_budget()
    assert "None. Numbers are blocked by themselves" in admin.get_page("/admin/texts").get_text()
