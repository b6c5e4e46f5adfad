"""What forms say: our own sentences for every wrong value, and a summary of all of them."""

import re
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, ClassVar

import pytest
import wtforms
from babel.messages.pofile import read_po
from flask import Flask
from flask_babel import force_locale
from flask_wtf.csrf import generate_csrf
from werkzeug.datastructures import MultiDict
from wtforms import Field, SelectFieldBase
from wtforms.i18n import messages_path
from wtforms.validators import Length

from promosms import forms
from promosms.forms.campaigns.ab_test import AbTestForm
from promosms.forms.campaigns.composer import CampaignForm
from promosms.forms.campaigns.template import TemplateForm
from promosms.forms.form import Form, Problem
from promosms.forms.unmatched import AssignForm
from promosms.forms.words import headline
from promosms.models import Account, Campaign
from promosms.services.installation import defaults

ARGUMENTS: dict[str, tuple[Any, ...]] = {
    "promosms.forms.settings.PlaceForm": ({"PL"},),
    "promosms.forms.admin_payments.ReceiveForm": (1,),
    "promosms.forms.admin_payments.RefundForm": (True,),
}
OF_FLASK_WTF = ("File does not have an approved extension%s", "File must be between %s bytes.")
LONG = 300
TYPED = {
    "nothing": "",
    "blanks": "  ",
    "letters": "no such thing",
    "a number out of range": "-9" + "9" * 12,
    "a fraction": "0.000001",
}


def classes() -> list[type[Form]]:
    """All forms."""
    for module in iter_modules(forms.__path__):
        import_module(f"{forms.__name__}.{module.name}")
    found, waiting = [], [Form]
    while waiting:
        below = waiting.pop().__subclasses__()
        found += below
        waiting += below
    return sorted(set(found) - {Table}, key=lambda form: form.__name__)


@cache
def sentences_of_wtforms() -> list[re.Pattern[str]]:
    """All that the library says, in English and Polish."""
    texts = set(OF_FLASK_WTF)
    with open(f"{messages_path()}/pl/LC_MESSAGES/wtforms.po", "rb") as file:
        for message in read_po(file, locale="pl"):
            for side in (message.id, message.string):
                texts |= {side} if isinstance(side, str) else set(side)
    parts = [re.split(r"%\(\w+\)[sd]|%s", text) for text in texts if text]
    return [re.compile(".*".join(re.escape(part) for part in of_one)) for of_one in parts]


def is_of_wtforms(text: str) -> bool:
    return any(pattern.fullmatch(text) for pattern in sentences_of_wtforms())


def longest(field: Field) -> int:
    """The limit of a field."""
    return max((rule.max for rule in field.validators if isinstance(rule, Length)), default=LONG)


def made(form: type[Form], values: MultiDict[str, str] | None) -> Form:
    """A form with the arguments that it needs."""
    name = f"{form.__module__}.{form.__name__}"
    return form(*ARGUMENTS.get(name, ()), formdata=values)


def sent(form: type[Form], values: dict[str, str]) -> list[Problem]:
    """The problems of a form that was sent with these values."""
    filled = made(form, MultiDict(values))
    if isinstance(filled, CampaignForm):
        filled.lists, filled.account = [], Account(field_labels={})
    if isinstance(filled, TemplateForm):
        filled.prepare(Account(field_labels={}))
    if isinstance(filled, AbTestForm):
        way = {"route_id": defaults.default_route().id, "language": "en"}
        campaign = Campaign(text="Hi", opt_out_line=True, short_links=False, **way)
        filled.prepare(campaign, Account(field_labels={}))
    if isinstance(filled, AssignForm):
        filled.begin("PL", is_known=False)
    for field in filled:
        if isinstance(field, SelectFieldBase) and not field.choices:
            field.choices = [("one", "One")]
    # The token is missing; the form of a row has none of its own.
    assert not filled.validate() or not filled.meta.csrf
    return filled.problems


def all_problems(form: type[Form]) -> Iterator[Problem]:
    names = [field.name for field in made(form, None)]
    for typed in ("", *TYPED.values()):
        yield from sent(form, dict.fromkeys(names if typed else (), typed))
    fields = made(form, None)
    yield from sent(form, {field.name: "x" * (longest(field) + 1) for field in fields})


@pytest.mark.parametrize("language", ["en", "pl"])
def test_no_form_speaks_in_the_words_of_the_library(app: Flask, language: str) -> None:
    with app.test_request_context("/", method="POST"), force_locale(language):
        said = {form: list(all_problems(form)) for form in classes()}
    assert len(said) > 40
    assert all(said.values())
    texts = {(form.__name__, problem.text) for form, found in said.items() for problem in found}
    assert sorted(pair for pair in texts if is_of_wtforms(pair[1])) == []


def test_each_sentence_of_its_own_belongs_to_a_field(app: Flask) -> None:
    with app.test_request_context("/"):
        for form in classes():
            of_fields = {name for part in form.__mro__ for name in vars(part).get("words", ())}
            assert [name for name in of_fields if not hasattr(form, name)] == [], form


class Table(Form):
    """Each kind of control."""

    words: ClassVar[dict[str, object]] = {"day": "Name the day"}
    kind = wtforms.RadioField("", choices=["one", "two"])
    several = wtforms.SelectMultipleField("", choices=["one", "two"])
    list = wtforms.SelectField("", choices=["one", "two"])
    day = wtforms.DateField("")
    count = wtforms.IntegerField("", [wtforms.validators.NumberRange(1, 9)])
    name = wtforms.StringField("", [Length(max=3)])
    key = wtforms.HiddenField("", [Length(max=3)])


@pytest.mark.parametrize(
    ("field", "typed", "problem"),
    [
        ("kind", "one", None),
        ("kind", "three", ("kind-0", "Choose one of these.")),
        ("several", "three", ("several-0", "Choose again: one of these is no longer there.")),
        ("list", "", ("list", "Choose one of these.")),
        ("day", "2026-05-12", None),
        ("day", "12 May", ("day", "Name the day")),
        ("count", "9", None),
        ("count", "10", ("count", "Write a number from 1 to 9.")),
        ("count", "ten", ("count", "Write a whole number, such as 12.")),
        ("name", "abc", None),
        ("name", "abcd", ("name", "Please use at most 3 characters.")),
        ("key", "abcd", ("", "This page is out of date. Open it again.")),
        ("csrf_token", "old", ("", "This page was open too long. Press the button once more.")),
    ],
)
def test_what_is_wrong_leads_to_the_control(
    app: Flask, field: str, typed: str, problem: tuple[str, str] | None
) -> None:
    right = {"kind": "one", "list": "one", "day": "2026-05-12", "count": "1", "name": "", "key": ""}
    with app.test_request_context("/", method="POST"):
        right["csrf_token"] = generate_csrf()
        form = Table(formdata=MultiDict({**right, field: typed}))
        assert form.validate() is (problem is None)
        assert form.problems == ([Problem(*problem)] if problem else [])


@pytest.mark.parametrize(
    ("count", "english", "polish"),
    [
        (1, "One thing", "Jedna rzecz"),
        (2, "Two things", "Dwie rzeczy"),
        (5, "Five things", "Pięć rzeczy"),
        (9, "Nine things", "Dziewięć rzeczy"),
        (10, "10 things", "10 rzeczy"),
    ],
)
def test_the_headline_counts_in_words_up_to_nine(
    app: Flask, count: int, english: str, polish: str
) -> None:
    for language, begin, end in (("en", english, "to put right"), ("pl", polish, "do poprawienia")):
        with app.test_request_context("/"), force_locale(language):
            assert headline(count) == f"{begin} {end}"
