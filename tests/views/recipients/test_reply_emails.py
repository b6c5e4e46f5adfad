"""The page on which an owner chooses e-mails about replies."""

from flask import Flask

from promosms.models import ReplyDetail, ReplyMode
from promosms.services.reply_emails import preferences
from promosms.services.reply_emails.preferences import Choice
from tests.support.cast import Cast
from tests.support.pages import PageClient

PAGE = "/recipients/replies/emails"


def test_the_owner_chooses_and_ends_them(
    owner: PageClient, colleague: PageClient, app: Flask, cast: Cast
) -> None:
    def stored() -> Choice:
        with app.app_context():
            return preferences.of(cast.owner.account_id)

    assert owner.get_page("/recipients/replies").select(f"a[href='{PAGE}']")
    assert not colleague.get_page("/recipients/replies").select(f"a[href='{PAGE}']")
    page = owner.get_page(PAGE)
    assert "They go to owner@example.com." in page.get_text()
    assert [box["value"] for box in page.select("input[checked]")] == ["none", "beginning"]
    page = owner.post_page(PAGE, {"mode": "daily", "hour": "17", "detail": "full"})
    assert "From now on you get these e-mails." in page.get_text()
    assert stored() == Choice(ReplyMode.DAILY, ReplyDetail.FULL, 17)
    page = owner.get_page(PAGE)
    assert [box["value"] for box in page.select("input[checked]")] == ["daily", "full"]
    for fields in ({"mode": "hourly"}, {"hour": "24"}, {"detail": "number"}):
        refused = owner.post_page(PAGE, {"mode": "each", "hour": "8", "detail": "count", **fields})
        assert refused.select(".errors"), fields
    assert stored() == Choice(ReplyMode.DAILY, ReplyDetail.FULL, 17)
    page = owner.post_page(PAGE, {"mode": "none", "hour": "8", "detail": "count"})
    assert "You get no e-mails." in page.get_text()
    assert stored() == Choice()
