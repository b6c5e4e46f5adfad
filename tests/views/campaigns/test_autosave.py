"""A draft is kept while it is written, as it stands; nothing that somebody else wrote is lost."""

from collections.abc import Callable

from bs4 import BeautifulSoup, Tag
from flask import Flask

from promosms.db.transactions import transaction
from promosms.models import Campaign
from tests.support.pages import PageClient

Typed = Callable[..., dict[str, object]]
Stored = Callable[[], list[Campaign]]
KEY = "0123456789abcdef0123"


def kept(client: PageClient, typed: dict[str, object]) -> Tag:
    response = client.send("/campaigns/draft", typed)
    assert response.status_code == 200
    state = BeautifulSoup(response.text, "lxml").select_one("[data-partial] small")
    assert state is not None
    return state


def test_a_new_text_becomes_one_draft(owner: PageClient, typed: Typed, stored: Stored) -> None:
    for text in ("Hi {frist_name}", "Hi {first_name}"):  # also what cannot be sent
        state = kept(owner, typed(key=KEY, text=text))
        assert state.get_text().startswith("Saved at ")
        (campaign,) = stored()
        assert (campaign.text, campaign.status) == (text, "draft")
    assert state["data-draft"] == campaign.public_id
    assert state["data-address"] == f"/campaigns/{campaign.public_id}/edit"


def test_the_stamp_it_returns_is_good_for_the_next_save(
    owner: PageClient, draft: str, typed: Typed, stored: Stored
) -> None:
    page = owner.get_page(f"/campaigns/{draft}/edit")
    stamp = page.select_one("input[name=stamp]")["value"]
    for text in ("One", "Two"):
        stamp = kept(owner, typed(draft=draft, stamp=stamp, text=text))["data-stamp"]
    owner.post_page(f"/campaigns/{draft}/edit", typed(stamp=stamp, text="Three"))
    assert stored()[0].text == "Three"


def test_nothing_is_written_for_an_empty_text(
    owner: PageClient, draft: str, typed: Typed, stored: Stored
) -> None:
    assert kept(owner, typed(text=" ")).get_text() == ""
    kept(owner, typed(draft=draft, text=""))
    assert [campaign.text for campaign in stored()] == ["Hi {first_name|there}, 20% off"]


def test_what_somebody_else_wrote_meanwhile_stays(
    app: Flask, owner: PageClient, draft: str, typed: Typed, stored: Stored
) -> None:
    state = kept(owner, typed(draft=draft, stamp="earlier", text="Mine"))
    assert "Changed in another window" in state.get_text()
    assert state.has_attr("data-elsewhere")
    with app.app_context(), transaction() as session:
        session.query(Campaign).update({"status": "sending"})
    assert kept(owner, typed(draft=draft, text="Too late")).has_attr("data-elsewhere")
    assert [campaign.text for campaign in stored()] == ["Hi {first_name|there}, 20% off"]


def test_strangers_and_visitors_write_nothing(
    stranger: PageClient, visitor: PageClient, draft: str, typed: Typed, stored: Stored
) -> None:
    assert stranger.send("/campaigns/draft", typed(draft=draft)).status_code == 404
    assert visitor.send("/campaigns/draft", typed()).status_code == 401
    assert len(stored()) == 1


def test_a_new_text_takes_the_language_of_the_last_one(
    owner: PageClient, typed: Typed, people: str
) -> None:
    owner.post_page("/campaigns/new", typed(language="de"))
    page = owner.get_page("/campaigns/new")
    assert page.select_one("select[name=language] option[selected]")["value"] == "de"
