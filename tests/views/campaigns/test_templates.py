"""The pages of templates: keep a text, begin a draft with it, change and delete it."""

from collections.abc import Callable

import pytest

from promosms.models import Campaign
from promosms.services.templates import templates
from tests.support.html import Page
from tests.support.pages import PageClient, words

Stored = Callable[[], list[Campaign]]
Typed = Callable[..., dict[str, object]]
PAGE = "/templates"
READY: dict[str, object] = {
    "name": "Ready",
    "text": "Hi {first_name|there}, your order is ready",
    "kind": "service",
    "line_for": "service",
    "language": "en",
}


def kept(owner: PageClient, **changes: object) -> Page:
    return owner.post_page(f"{PAGE}/new", {**READY, **changes})


def addresses(page: Page) -> list[str]:
    """Of the templates on the page."""
    return [str(link["href"]) for link in page.select(".row a.title")]


def text_in(page: Page) -> str:
    """What stands in the box."""
    return str(page.select_one("textarea[name=text]").get_text()).strip()


def test_a_text_is_kept_used_changed_and_deleted(owner: PageClient, stored: Stored) -> None:
    assert "No template yet" in owner.get_page(PAGE).get_text()
    [template] = addresses(kept(owner))
    draft = owner.post_page(f"{template}/use")
    assert draft.h1.get_text() == "Edit the text"
    (campaign,) = stored()
    assert (campaign.name, campaign.text) == (READY["name"], READY["text"])
    assert (campaign.kind, campaign.opt_out_line, campaign.everyone) == ("service", False, False)
    assert text_in(owner.get_page(template)) == READY["text"]
    page = owner.post_page(template, {**READY, "name": "Here", "text": "It is here"})
    assert "It is here" in page.get_text()
    assert stored()[0].text == READY["text"], "a draft that was begun stays as it is"
    page = owner.post_page(f"{template}/delete")
    assert "The template was deleted." in page.get_text()
    assert addresses(page) == []


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"name": " "}, "Give the template a name."),
        ({"name": "x" * 61}, "Please use at most 60 characters."),
        ({"text": ""}, "Write the text first"),
        ({"text": "Hi {shoe_size}"}, "Nobody can fill in: shoe_size"),
        ({"text": "a" * 1000}, "This text is too long"),
        ({"name": "Taken"}, "You already have a template of this name."),
        ({"name": "Third"}, "You have 100 templates, as many as there can be."),
    ],
)
def test_bad_input_is_explained_and_nothing_is_lost(
    owner: PageClient,
    changes: dict[str, object],
    problem: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kept(owner, name="Taken", text="The first one")
    monkeypatch.setattr(templates, "MOST", 1 if changes.get("name") == "Third" else 2)
    page = kept(owner, **changes)
    assert problem in words(page.get_text(" "))
    assert text_in(page) == changes.get("text", READY["text"])
    page = owner.get_page(PAGE)
    assert len(addresses(page)) == 1
    assert "The first one" in page.get_text()


def test_what_is_odd_about_a_text_is_said_and_can_be_mended(owner: PageClient) -> None:
    dear = "Zażółć 20% off, {{first_name}} 🎉"
    page = kept(owner, text=dear, action="count")
    said = words(page.get_text(" "))
    assert "These characters make the text dearer: ż ó" in said
    assert "This sounds like a promotion: 20%" in said
    assert "as another program writes them" in said
    counted = owner.send(f"{PAGE}/count", {**READY, "text": dear}).text
    assert "as another program writes them" in counted
    assert "This sounds like a promotion:" in counted
    page = kept(owner, text=dear, action="plain")
    assert text_in(page).startswith("Zazolc 20% off")
    page = kept(owner, text=dear, action="ours")
    assert "{first_name}" in text_in(page)
    assert "{{" not in text_in(page)
    page = kept(owner, text=dear, action="promotional")
    assert page.select("input[name=kind][value=promotional][checked]")
    assert page.select("input[name=opt_out_line][checked]")
    bare = {"kind": "promotional", "line_for": "promotional"}
    page = kept(owner, **bare, action="count")
    assert "a promotional text has to say how to opt out" in page.get_text()
    assert kept(owner, **bare, action="line").select("input[name=opt_out_line][checked]")
    assert addresses(owner.get_page(PAGE)) == [], "nothing was kept"
    kept(owner, text="a\u202eb\u200b c")
    assert "ab c" in owner.get_page(PAGE).get_text()


def test_what_was_deleted_in_another_window_is_kept_on_the_page(owner: PageClient) -> None:
    [template] = addresses(kept(owner))
    owner.post_page(f"{template}/delete")
    page = owner.post_page(template, {**READY, "text": "Long work"}, status=404)
    assert "it was deleted in another window" in page.get_text()
    assert text_in(page) == "Long work"
    assert page.select_one("main form")["action"] == f"{PAGE}/new"
    owner.get_page(template, status=404)


def test_strangers_find_nothing(owner: PageClient, stranger: PageClient, stored: Stored) -> None:
    [template] = addresses(kept(owner))
    assert stranger.get(template).status_code == 404
    for address in (template, f"{template}/use", f"{template}/delete"):
        assert stranger.send(address, READY).status_code == 404
    assert addresses(stranger.get_page(PAGE)) == []
    assert stored() == []
    assert addresses(owner.get_page(PAGE)) == [template]


def test_many_are_searched(owner: PageClient) -> None:
    for number in range(9):
        assert not owner.get_page(PAGE).select("input[name=q]"), number
        kept(owner, name=f"Number {number}")
    page = owner.get_page(f"{PAGE}?q=number+7")
    assert len(addresses(page)) == 1
    assert page.select_one("input[name=q]")["value"] == "number 7"
    assert "No template has these words." in owner.get_page(f"{PAGE}?q=sunday").get_text()


def test_ready_texts_are_offered_by_trade_and_language(owner: PageClient, stored: Stored) -> None:
    page = owner.get_page(f"{PAGE}/ready")
    current = [chip.get_text().strip() for chip in page.select(".chip[aria-current]")]
    assert current == ["Hairdresser", "English"]
    page = owner.get_page(f"{PAGE}/ready?trade=shop&language=pl")
    assert "Wyprzedaz" not in page.h1.get_text()
    assert "do niedzieli wszystko 20% taniej" in page.get_text()
    assert "Zaczynamy wyprzedaz:" in page.get_text()
    assert "Counts as 1 text." in page.get_text()
    page = owner.get_page(f"{PAGE}/ready?trade=shop&language=pl&show=accents")
    assert "Zaczynamy wyprzedaż:" in page.get_text()
    assert "Counts as 3 texts. Without accents: 1." in page.get_text()
    fields = {"starter": "shop-pl-0"}
    owner.post_page(f"{PAGE}/ready", {**fields, "accents": "y"})
    assert "wyprzedaż" in stored()[0].text
    owner.post_page(f"{PAGE}/ready", fields)
    campaign = stored()[-1]
    assert "wyprzedaz" in campaign.text
    assert (campaign.name, campaign.kind) == ("Wyprzedaż", "promotional")
    assert (campaign.opt_out_line, campaign.language) == (True, "pl")
    gone = owner.post_page(f"{PAGE}/ready", {"starter": "shop-pl-99"})
    assert "not offered any more" in gone.get_text()
    page = owner.get_page(f"{PAGE}/new?starter=shop-en-2")
    assert "your order has arrived" in text_in(page)
    assert page.select("input[name=kind][value=service][checked]")
    assert len(stored()) == 2
    owner.get_page(f"{PAGE}/ready?trade=x&language=x")


def test_the_text_of_a_campaign_becomes_a_template(
    owner: PageClient, stranger: PageClient, people: str, typed: Typed, stored: Stored
) -> None:
    page = owner.get_page("/campaigns/new")
    assert page.select(f"main a[href='{PAGE}']")
    page = owner.post_page("/campaigns/new", typed(action="template", text="20% off, {first_name}"))
    assert page.h1.get_text() == "New template"
    (campaign,) = stored()
    assert campaign.text == text_in(page) == "20% off, {first_name}"
    assert page.select_one("input[name=name]")["value"] == "Spring sale"
    assert page.select("input[name=opt_out_line][checked]")
    filled = f"{PAGE}/new?campaign={campaign.public_id}"
    assert text_in(stranger.get_page(filled)) == ""
    edited = owner.get_page(f"/campaigns/{campaign.public_id}/edit")
    assert not edited.select(f"main a[href='{PAGE}']")
