"""The owner's pages of sign-up forms: made, changed, shared, closed, deleted."""

import io

import pytest
from flask import Flask
from PIL import Image
from pypdf import PdfReader

from promosms.extensions import db
from promosms.models import Account, Recipient, RecipientList, SignUpForm
from promosms.services.installation import defaults
from promosms.services.recipients import lists
from promosms.services.sign_ups import forms
from promosms.services.sign_ups.forms import Draft, Words
from tests.support import qr_reader
from tests.support.cast import Cast
from tests.support.pages import PageClient, words
from tests.views.recipients.conftest import Add

NEW = {"list": "new", "new_list": "From the poster", "daily_limit": "20"}
ENGLISH = {"title_en": "Fresh coffee", "lead_en": "New beans.", "wording_en": "Yes, text me."}
POLISH = {"title_pl": "Świeża kawa", "wording_pl": "Tak, piszcie do mnie."}


@pytest.fixture
def account_id(context: None, cast: Cast) -> int:
    account = db.session.get_one(Account, cast.owner.account_id)
    account.shop_name = "Bean & Co"
    db.session.commit()
    return account.id


@pytest.fixture
def row(account_id: int) -> SignUpForm:
    """An open form in two languages."""
    on_list = lists.create(account_id, "Regulars")
    said = {"en": Words("Fresh coffee", "", "Yes!"), "pl": Words("Świeża kawa", "", "Tak!")}
    return forms.add(account_id, Draft(on_list.id, said, keyword="KAWA"), "u")


def stored() -> SignUpForm:
    db.session.expire_all()
    return db.session.query(SignUpForm).order_by(SignUpForm.id.desc()).first()


def refusals(owner: PageClient, **typed: str) -> list[str]:
    """What the form says is to be put right."""
    page = owner.post_page("/sign-up-forms/new", {**NEW, **typed})
    return [words(one.get_text()) for one in page.select(".errors li")]


def test_a_form_is_made_from_a_ready_sentence(owner: PageClient, account_id: int) -> None:
    assert "Let people sign up themselves" in owner.get_page("/sign-up-forms").get_text()
    new = owner.get_page("/sign-up-forms/new")
    ready = new.select_one("[name=wording_en]").get_text().strip()
    assert ready.startswith("I agree that Bean & Co may send me")
    assert "firmy Bean & Co" in new.select_one("[name=wording_pl]").get_text()
    assert "costs you one text, about" in new.get_text()
    assert new.select_one("details.setting").get("open") is None
    page = owner.post_page("/sign-up-forms/new", {**NEW, **ENGLISH, "wording_pl": "Zgoda."})
    made = stored()
    assert page.select_one("h1").get_text() == "Fresh coffee"
    assert page.select_one("#link")["value"] == f"https://localhost:8443/join/{made.token}"
    assert (made.daily_limit, made.ask_name, forms.languages_of(made)) == (20, False, ["en"])
    assert forms.list_of(made).name == "From the poster"
    assert made.wording_pl_id is None, "a language without a title is not used"
    assert "Joined: 0" in words(owner.get_page("/sign-up-forms").get_text())


def test_what_is_missing_is_named_and_nothing_is_made(owner: PageClient, account_id: int) -> None:
    assert refusals(owner) == ["Give the form a title."]
    assert refusals(owner, title_pl="Kawa", lead_en="New beans.") == [
        "Give the form a title.",
        "Write the words that people agree to.",
    ]
    gap = "I agree that [the name of your business] may text me."
    assert refusals(owner, **{**ENGLISH, "wording_en": gap}) == [
        "Write the name of your business in place of [the name of your business]."
    ]
    assert refusals(owner, **ENGLISH, new_list="") == ["Name the new list."]
    for limit in ("0", "1001"):
        said = refusals(owner, **ENGLISH, daily_limit=limit)
        assert said == ["Choose a number from 1 to 1000."]
    assert len(refusals(owner, **{**ENGLISH, "wording_en": "W" * 1501})) == 1
    assert db.session.query(SignUpForm).count() == db.session.query(RecipientList).count() == 0


def test_a_change_keeps_keyword_list_and_words_that_stay(
    owner: PageClient, row: SignUpForm
) -> None:
    page = owner.get_page(f"/sign-up-forms/{row.public_id}/edit")
    assert page.select_one("[name=title_pl]")["value"] == "Świeża kawa"
    assert page.select_one("[name=list] [selected]").get_text() == "Regulars"
    before, kept = row.wording_en_id, row.list_id
    chosen = {"list": forms.list_of(row).public_id, "new_list": "", "ask_name": "y"}
    assert page.select_one("[name=keyword]")["value"] == "KAWA"
    typed = {**NEW, **chosen, **ENGLISH, "wording_en": "Yes!", "keyword": "kawa "}
    owner.post_page(f"/sign-up-forms/{row.public_id}/edit", typed)
    changed = stored()
    assert (changed.wording_en_id, changed.list_id, changed.keyword) == (before, kept, "KAWA")
    assert (changed.ask_name, forms.languages_of(changed)) == (True, ["en"])


def test_a_keyword_is_shown_with_its_number_and_belongs_to_one_form(
    app: Flask, owner: PageClient, row: SignUpForm
) -> None:
    base = f"/sign-up-forms/{row.public_id}"
    facts = owner.get_page(base).select_one("[aria-labelledby=keyword] dl")
    assert words(facts.get_text(" ")) == "Keyword KAWA Text it to +48 732 000 001"
    poster = PdfReader(io.BytesIO(owner.get(f"{base}/poster.pdf?language=en").data))
    said = poster.pages[0].extract_text().replace("\u00a0", " ")
    assert "or text KAWA to +48 732 000 001" in " ".join(said.split())
    for typed, problem in (
        ("Káwa", "Another form has this keyword. Choose another one."),
        ("stop", "This word means, or may mean, to stop or to get help. Choose another one."),
        ("two words", "Choose one word of Latin letters and digits."),
    ):
        assert refusals(owner, **ENGLISH, keyword=typed) == [problem]
    assert db.session.query(SignUpForm).count() == 1
    chosen = {**NEW, "list": forms.list_of(row).public_id, **ENGLISH}
    owner.post_page(f"{base}/edit", {**chosen, "keyword": ""})
    assert stored().keyword == ""
    assert "Choose a keyword" in owner.get_page(base).get_text()
    db.session.rollback()  # of what was read before
    with app.app_context():  # as the installation, to which routes belong
        defaults.default_route().sender = "Bean"
        db.session.commit()
    assert "which nobody can answer" in owner.get_page(base).get_text()
    assert not owner.get_page(f"{base}/edit").select("[name=keyword]")


def test_code_and_poster_lead_to_its_address(owner: PageClient, row: SignUpForm) -> None:
    base, address = f"/sign-up-forms/{row.public_id}", f"https://localhost:8443/join/{row.token}"
    picture = Image.open(io.BytesIO(owner.get(f"{base}/qr.png").data)).convert("L")
    dots = picture.width // 37
    middle = [dots * at + dots // 2 for at in range(4, 33)]
    squares = [[picture.getpixel((x, y)) < 128 for x in middle] for y in middle]
    assert qr_reader.read(squares) == address
    drawing = owner.get(f"{base}/qr.svg")
    assert drawing.content_type == "image/svg+xml"
    assert drawing.data.startswith(b"<?xml")
    for language, title, stop in (
        ("pl", "Świeża kawa", "W każdej chwili możesz zrezygnować"),
        ("de", "Fresh coffee", "You can stop at any time"),
    ):
        answer = owner.get(f"{base}/poster.pdf?language={language}")
        assert answer.content_type == "application/pdf"
        text = PdfReader(io.BytesIO(answer.data)).pages[0].extract_text()
        said = " ".join(text.replace("\u00a0", " ").split())
        for part in (title, stop, "Bean & Co", address.removeprefix("https://")):
            assert part in said
    row.title_en = ""
    db.session.commit()
    only = owner.get(f"{base}/poster.pdf?language=en")
    assert only.headers["Content-Disposition"] == 'attachment; filename="poster-pl.pdf"'


def test_it_is_closed_opened_and_deleted_and_says_what_does_not_work(
    owner: PageClient, row: SignUpForm
) -> None:
    base, on_list = f"/sign-up-forms/{row.public_id}", forms.list_of(row)
    assert not owner.get_page(base).select(".notice")
    assert "This form is closed" in owner.post_page(f"{base}/close", {}).get_text()
    assert stored().closed_at
    assert "open again" in owner.post_page(f"{base}/reopen", {}).get_text()
    said = "Sign-up forms that lead to this list are closed: Fresh coffee."
    assert said in owner.get_page(f"/lists/{on_list.public_id}/delete").get_text()
    lists.delete_list(on_list)
    page = owner.get_page(base)
    assert "the list of this form was deleted" in page.select_one(".notice").get_text()
    page = owner.post_page(f"{base}/reopen", {})
    assert "Choose another one first" in page.get_text()
    assert page.select_one("h1").get_text() == "Change the sign-up form"
    assert "lead nowhere afterwards" in owner.get_page(f"{base}/delete").get_text()
    owner.post_page(f"{base}/delete", {})
    assert stored() is None


def test_letters_and_a_name_that_the_poster_lacks_are_said(
    owner: PageClient, row: SignUpForm
) -> None:
    account = db.session.get_one(Account, row.account_id)
    account.shop_name, row.lead_en = "", "Coffee 🎉 花"
    db.session.commit()
    said = [
        words(one.get_text())
        for one in owner.get_page(f"/sign-up-forms/{row.public_id}").select(
            ".notice p:first-of-type"
        )
    ]
    assert said == [
        "The poster does not say whose it is: enter the name of your business in the settings.",
        "The poster cannot show these letters: 花",
    ]
    ready = owner.get_page("/sign-up-forms/new").select_one("[name=wording_en]").get_text()
    assert "[the name of your business]" in ready


def test_who_has_not_agreed_is_asked_by_a_form_and_a_list_leads_to_its_own(
    owner: PageClient, row: SignUpForm, add: Add
) -> None:
    person = add("601234567", agreed=False)
    for path in ("/recipients?state=no_consent", f"/recipients/{person}"):
        (link,) = (
            one for one in owner.get_page(path).select("main a") if "sign-up link" in one.get_text()
        )
        assert link["href"] == "/sign-up-forms"
    assert "even a text that asks for consent" in owner.get_page("/sign-up-forms").get_text()
    on_list = forms.list_of(row).public_id
    other = lists.create(row.account_id, "Others")
    forms.add(row.account_id, Draft(other.id, {"en": Words("Other", "", "Yes!")}), "u")
    assert f"/sign-up-forms/of-list/{on_list}" in str(owner.get_page(f"/lists/{on_list}"))
    answer = owner.get(f"/sign-up-forms/of-list/{on_list}")
    assert answer.headers["Location"] == f"/sign-up-forms/{row.public_id}"
    forms.close(row)
    new = owner.get_page(owner.get(f"/sign-up-forms/of-list/{on_list}").headers["Location"])
    assert new.select_one("[name=list] [selected]")["value"] == on_list
    assert db.session.query(Recipient).one().consent == "none"
