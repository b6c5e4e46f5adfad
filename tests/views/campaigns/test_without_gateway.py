"""Production with the simulator alone: the review and the admin pages say that nothing leaves."""

from flask import Flask

from tests.support.cast import Cast
from tests.support.pages import PageClient, words
from tests.support.settings import override
from tests.views.auth.two_factor import protect


def test_the_review_offers_no_button(app: Flask, owner: PageClient, draft: str) -> None:
    override(app, production=True)
    review = owner.get_page(f"/campaigns/{draft}/review")
    text = words(review.get_text(" "))
    assert "no line to the phone network yet, so nothing can be sent" in text
    assert review.select("main form[method=post]") == []


def test_admins_are_told_what_to_do(app: Flask, cast: Cast, admin: PageClient) -> None:
    override(app, production=True)
    protect(app, cast.admin)
    for page in ("/admin/gateways", "/admin/routes"):
        text = words(admin.get_page(page).get_text(" "))
        assert "Nothing is sent by Standard: in production the simulator sends nothing" in text
        assert "nobody can register" in text
    answer = admin.send(
        "/admin/gateways/Simulator/test", {"phone": "+48601000777"}, follow_redirects=True
    )
    assert "The simulator sends nothing in production." in words(answer.get_data(as_text=True))
