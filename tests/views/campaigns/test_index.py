"""The list of campaigns."""

from flask import Flask

from promosms.db.transactions import transaction
from promosms.models import AbTest, Campaign, now
from tests.support.cast import Cast
from tests.support.pages import PageClient, words


def test_an_empty_list_offers_the_first_campaign(owner: PageClient) -> None:
    assert "Write the first one" in owner.get_page("/campaigns").get_text()


def test_the_list_shows_the_campaigns_of_the_account(
    owner: PageClient, stranger: PageClient, draft: str
) -> None:
    assert "Spring sale" in owner.get_page("/campaigns").get_text()
    assert "Spring sale" not in stranger.get_page("/campaigns").get_text()


def test_the_list_says_what_nobody_has_sent_as_it_stands(
    app: Flask, cast: Cast, owner: PageClient, draft: str
) -> None:
    with app.app_context(), transaction() as session:
        route = session.query(Campaign).one().route_id
        whole, a, b, wish = (
            Campaign(account_id=cast.owner.account_id, route_id=route, name=name)
            for name in ("News", "News (A)", "News (B)", "Wish")
        )
        wish.automation_id = 1
        session.add_all([whole, a, b, wish])
        session.flush()
        own = {"campaign_id": whole.id, "account_id": whole.account_id, "text_b": "B", "share": 20}
        test = AbTest(**own, measure="replied", hours=1, a_id=a.id, b_id=b.id, begun_at=now())
        session.add(test)
    titles = ["Wish By an automation", "News (B) Text B of a comparison"]
    titles += ["News (A) Text A of a comparison", "News", "Spring sale"]
    assert titles_of(owner) == titles
    with app.app_context(), transaction() as session:
        session.query(AbTest).one().better = "b"
    assert titles_of(owner)[3] == "News Text B, to the others"


def titles_of(client: PageClient) -> list[str]:
    return [words(tag.get_text()) for tag in client.get_page("/campaigns").select("a.title")]


def test_the_list_has_pages(app: Flask, cast: Cast, owner: PageClient, draft: str) -> None:
    with app.app_context(), transaction() as session:
        route = session.query(Campaign).one().route_id
        session.add_all(
            Campaign(account_id=cast.owner.account_id, route_id=route, name=f"No. {n}")
            for n in range(30)
        )
    first = owner.get_page("/campaigns")
    assert len(first.select("li .title")) == 25
    second = owner.get_page(first.select_one(".pager a")["href"])
    assert len(second.select("li .title")) == 6
    assert "Spring sale" in second.get_text()
    owner.get_page("/campaigns?before=nonsense")
