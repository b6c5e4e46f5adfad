"""The composer: it saves drafts, and never loses typed text."""

from collections.abc import Callable

import pytest

from promosms.models import Campaign
from tests.support.html import Page
from tests.support.pages import PageClient, words

Typed = Callable[..., dict[str, object]]
Stored = Callable[[], list[Campaign]]


def written(page: Page) -> str:
    field = page.select_one("textarea[name=text]")
    assert field is not None
    return field.get_text().removeprefix("\n")


def test_it_saves_a_draft(owner: PageClient, people: str, typed: Typed, stored: Stored) -> None:
    page = owner.post_page("/campaigns/new", typed(audience=[people]))
    assert "Saved as a draft." in page.get_text()
    (campaign,) = stored()
    assert (campaign.name, campaign.status, campaign.everyone) == ("Spring sale", "draft", False)
    assert written(page) == campaign.text == "Hi {first_name|there}, 20% off"
    assert page.select_one(f'input[name=audience][value="{people}"]').has_attr("checked")


def test_a_double_click_makes_one_draft(owner: PageClient, typed: Typed, stored: Stored) -> None:
    page = owner.get_page("/campaigns/new")
    key = page.select_one("input[name=key]")["value"]
    for _ in range(2):
        owner.post_page("/campaigns/new", typed(key=key))
    assert len(stored()) == 1


def test_the_key_of_a_draft_of_another_account_creates_a_new_draft(
    owner: PageClient, stranger: PageClient, draft: str, typed: Typed, stored: Stored
) -> None:
    stranger.post_page("/campaigns/new", typed(key=draft, text="Mine"))
    owner_draft, stranger_draft = stored()
    assert owner_draft.text == "Hi {first_name|there}, 20% off"
    assert stranger_draft.public_id != draft
    assert stranger_draft.text == "Mine"


def test_a_draft_without_a_name_is_named_by_its_text(
    owner: PageClient, typed: Typed, stored: Stored
) -> None:
    owner.post_page("/campaigns/new", typed(name="", text="Big sale\ntoday"))
    assert stored()[0].name == "Big sale"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (" \n\t ", "there is nothing to send yet"),
        ("a" * 5000, "You wrote 5,000 characters"),
        (
            "Hi {frist_name}, {city}",
            "Nobody can fill in: frist_name. These details can be used: Mobile",
        ),
    ],
)
def test_it_refuses_a_text_that_cannot_be_sent_and_keeps_it(
    owner: PageClient, people: str, typed: Typed, stored: Stored, text: str, message: str
) -> None:
    page = owner.post_page("/campaigns/new", typed(text=text, name="Kept", audience=[people]))
    assert message in words(page.get_text())
    assert written(page).strip() == text.strip()
    assert page.select_one("input[name=name]")["value"] == "Kept"
    assert page.select_one(f'input[name=audience][value="{people}"]').has_attr("checked")
    assert stored() == []


def test_a_draft_needs_an_audience_only_for_the_review(
    owner: PageClient, typed: Typed, stored: Stored
) -> None:
    page = owner.post_page("/campaigns/new", typed(audience=[], action="review"))
    assert "Choose who gets it" in page.get_text()
    assert stored() == []
    owner.post_page("/campaigns/new", typed(audience=[]))
    assert len(stored()) == 1


def test_a_deleted_or_foreign_list_is_named(
    stranger: PageClient, people: str, typed: Typed, stored: Stored
) -> None:
    page = stranger.post_page("/campaigns/new", typed(audience=[people]))
    assert "no longer exists" in page.get_text()
    assert stored() == []


def test_a_button_replaces_costly_characters_without_saving(
    owner: PageClient, typed: Typed, stored: Stored
) -> None:
    page = owner.post_page("/campaigns/new", typed(text="Łódź – “tanio”", action="plain"))
    assert written(page) == 'Lodz - "tanio"'
    assert stored() == []


def test_an_expired_token_keeps_the_text(owner: PageClient, typed: Typed, stored: Stored) -> None:
    owner.get_page("/campaigns/new")
    page = owner.post_page("/campaigns/new", typed(csrf_token="old", text="Long work"))
    assert "open too long" in page.get_text()
    assert written(page) == "Long work"
    assert stored() == []


def test_an_expired_session_shows_the_text(
    visitor: PageClient, typed: Typed, stored: Stored
) -> None:
    page = visitor.post_page("/campaigns/new", typed(text="Long work"), status=401)
    assert "Long work" in page.select_one("textarea").get_text()
    assert stored() == []


def test_it_refuses_visitors(visitor: PageClient) -> None:
    response = visitor.get("/campaigns/new")
    assert response.status_code == 302
    assert "/login" in response.location
