"""The counter beside the text: the server computes the cost."""

from collections.abc import Callable

from bs4 import BeautifulSoup
from flask import Flask

from promosms.db.transactions import transaction
from promosms.models import Consent, Recipient
from tests.support.cast import Cast
from tests.support.pages import PageClient, words

Typed = Callable[..., dict[str, object]]


def counted(client: PageClient, typed: dict[str, object]) -> str:
    response = client.send("/campaigns/count", typed)
    assert response.status_code == 200
    part = BeautifulSoup(response.text, "lxml").select_one("[data-partial]")
    assert part is not None
    return words(part.get_text(" "))


def test_it_counts_the_opt_out_line_too(owner: PageClient, typed: Typed) -> None:
    text = counted(owner, typed(text="a" * 150))
    assert "Parts 2" in text
    assert "Price per text €0.06" in text
    assert "Reply STOP to opt out" in text
    assert "Parts 1" in counted(owner, typed(text="a" * 150, opt_out_line=""))


def test_it_names_costly_characters(owner: PageClient, typed: Typed) -> None:
    text = counted(owner, typed(text="Zażółć – " + "x" * 100, language="pl"))
    assert "special letters" in text
    assert "ż ó ł ć –" in text
    assert "With plain ones it would be 1 part." in text
    assert "Replace by plain ones" in text
    assert "Rezygnacja: odpisz STOP" in text


def test_a_character_without_a_plain_form_has_no_replacement(
    owner: PageClient, typed: Typed
) -> None:
    text = counted(owner, typed(text="Party 🎉"))
    assert "🎉" in text
    assert "Replace" not in text


def test_it_shows_the_longest_real_case(
    app: Flask, cast: Cast, owner: PageClient, people: str, typed: Typed
) -> None:
    with app.app_context(), transaction() as session:
        session.add(
            Recipient(
                account_id=cast.owner.account_id,
                phone="+48601111119",
                country="PL",
                first_name="Bartholomew" * 8,
                consent=Consent.GIVEN,
            )
        )
    text = counted(owner, typed(text="Hi {first_name}, " + "a" * 90))
    assert "Longest case 2 parts" in text
    assert "BartholomewBartholomew" in text


def test_it_names_what_nobody_can_fill_in(owner: PageClient, people: str, typed: Typed) -> None:
    text = counted(owner, typed(text="Hi {nickname}, {first_name}"))
    assert "Nobody can fill in these: {nickname}" in text
    assert "Hi {nickname}, " in text
    assert "Nobody can fill in" not in counted(owner, typed(text="Hi {FirstName}, {first name}"))


def test_it_asks_about_placeholders_of_other_programs(owner: PageClient, typed: Typed) -> None:
    text = counted(owner, typed(text="Hi {{first_name}}, #kod#"))
    assert "People would read them as they stand: {{first_name}} #kod#" in text
    assert "Fill them in for each person" in text
    assert "Fill them in" not in counted(owner, typed(text="Hi #kod#"))


def test_a_button_writes_ours_instead(owner: PageClient, typed: Typed) -> None:
    page = owner.post_page("/campaigns/new", typed(text="Hi {{first_name}}, #kod#", action="ours"))
    area = page.select_one("textarea[name=text]")
    assert area is not None
    assert area.get_text(strip=True) == "Hi {first_name}, #kod#"


def test_recipients_of_another_account_are_not_shown(
    stranger: PageClient, people: str, typed: Typed
) -> None:
    text = counted(stranger, typed(text="Hi {first_name}"))
    assert "What arrives Hi Reply STOP" in text


def test_without_script_a_button_counts(owner: PageClient, typed: Typed) -> None:
    page = owner.post_page("/campaigns/new", typed(text="a" * 200, action="count"))
    assert "Parts 2" in words(page.get_text(" "))


def test_it_refuses_visitors(visitor: PageClient, typed: Typed) -> None:
    assert visitor.send("/campaigns/count", typed()).status_code == 401
