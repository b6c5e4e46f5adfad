"""The audit log."""

from flask import Flask

from promosms.services.audit import log as audit_log
from tests.support.cast import Cast
from tests.support.pages import PageClient


def test_it_says_who_did_what_and_why(cast: Cast, admin: PageClient) -> None:
    url = f"/admin/accounts/{cast.owner.account_public_id}/suspend"
    admin.post_page(url, {"why": "Asked for it"})
    row = admin.get_page("/admin/audit").select("tbody tr")[0]
    cells = [cell.get_text() for cell in row.select("th, td")]
    subject = cast.owner.account_public_id
    assert cells[1:] == ["admin@example.com", "account.suspend", subject, "Asked for it"]


def test_an_empty_log_says_so(admin: PageClient) -> None:
    assert "Nothing has been done yet" in admin.get_page("/admin/audit").get_text()


def test_it_has_pages(app: Flask, admin: PageClient) -> None:
    with app.app_context():
        for n in range(53):
            audit_log.record("system", f"test.{n}.")
    page = admin.get_page("/admin/audit")
    assert len(page.select("tbody tr")) == 50
    link = page.select_one(".pager a")
    assert link is not None
    second = admin.get_page(str(link["href"]))
    assert [code.get_text() for code in second.select("tbody code")] == [
        "test.2.",
        "test.1.",
        "test.0.",
    ]
