"""The counter beside the text: the server computes the cost."""

from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup
from flask import Flask

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import Account, Consent, Recipient, now
from promosms.services.campaigns import live_groups
from promosms.services.recipients import recipients
from promosms.services.recipients.consent import Basis
from promosms.services.recipients.segments import segments
from promosms.services.recipients.segments.conditions import Condition, Filter, Kind, Match
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
    assert "172 characters: 2 texts, 134 left · €0.06 each at home" in text
    assert "Reply STOP to opt out" in text
    assert "150 of 160 characters · €0.03" in counted(owner, typed(text="a" * 150, opt_out_line=""))


def test_it_names_costly_characters(owner: PageClient, typed: Typed) -> None:
    text = counted(owner, typed(text="Zażółć – " + "x" * 100, language="pl"))
    assert "ż ó ł ć –" in text
    assert "With plain ones it would be 1 text." in text
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
    assert "The dearest case is 2 texts" in text
    assert "BartholomewBartholomew" in text
    assert "4 people · 1 to 2 texts each · about €0.15 · leaves when you send it" in text


def test_it_names_what_nobody_can_fill_in(owner: PageClient, people: str, typed: Typed) -> None:
    text = counted(owner, typed(text="Hi {nickname}, {first_name}"))
    assert "Nobody can fill in these: nickname" in text
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
    assert text.startswith("Hi Reply STOP to opt out As people get it")
    assert "0 people" in text


def test_names_that_make_texts_dearer_are_named_and_written_plainly_on_demand(
    app: Flask, cast: Cast, owner: PageClient, people: str, typed: Typed
) -> None:
    with app.app_context(), transaction() as session:
        session.query(Recipient).filter_by(first_name="Ola").update({"first_name": "Łucja"})
    long = "Hi {first_name}, " + "a" * 90
    text = counted(owner, typed(text=long))
    assert "Write 1 name plainly, save €0.03 Łucja has letters" in text
    assert "3 people · 1 to 2 texts each · about €0.12" in text
    text = counted(owner, typed(text=long, plain_details="y"))
    assert "Hi Lucja, " in text
    assert "3 people · 1 text each · about €0.09" in text


def test_it_says_who_is_left_out(owner: PageClient, people: str, typed: Typed) -> None:
    text = counted(owner, typed())
    assert "1 person is left out They have not agreed to get promotional texts. 1" in text


def test_nobody_of_a_part_may_still_be_somebody(
    app: Flask, cast: Cast, owner: PageClient, typed: Typed, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, number in {"MOST_READ": 0, "BLOCKS": 1, "BLOCK": 1}.items():
        monkeypatch.setattr(live_groups, name, number)
    agreed = Basis(Consent.GIVEN, "card", now().date())
    with app.app_context():
        account = db.session.get_one(Account, cast.owner.account_id)
        for n in range(12):
            name = "Rare" if n == 11 else "Often"
            recipients.add(account, {"phone": f"6012001{n:02}", "first_name": name}, agreed)
        asked = {
            name: segments.create(account.id, name, Filter(Match.ALL, (condition,))).public_id
            for name in ("Rare", "Often")
            for condition in [Condition(Kind.TEXT, "first_name", "is", name)]
        }
    rare = counted(owner, typed(audience=[f"segment-{asked['Rare']}"]))
    assert "few people or nobody; you see it before you send" in rare
    assert "about 0" not in rare
    assert "about 12 people" in counted(owner, typed(audience=[f"segment-{asked['Often']}"]))


def test_the_next_person_is_shown(owner: PageClient, people: str, typed: Typed) -> None:
    assert counted(owner, typed()).startswith("Hi Ola, 20% off Reply STOP to opt out As Ola gets")
    assert counted(owner, typed(person="1")).startswith("Hi Jan, ")
    assert counted(owner, typed(person="²")).startswith("Hi Ola, ")
    page = owner.post_page("/campaigns/new", typed(action="next", person="1"))
    assert "As Ewa gets it" in words(page.get_text(" "))


def test_without_script_a_button_counts(owner: PageClient, typed: Typed) -> None:
    page = owner.post_page("/campaigns/new", typed(text="a" * 200, action="count"))
    assert "2 texts, 84 left" in words(page.get_text(" "))


def test_it_refuses_visitors(visitor: PageClient, typed: Typed) -> None:
    assert visitor.send("/campaigns/count", typed()).status_code == 401
