"""Translations: every message, with the same placeholders, and no English on other pages."""

import re
import subprocess
import sys
from collections import Counter
from functools import cache

import pytest
from babel.messages import Catalog, Message
from babel.messages.pofile import read_po
from bs4 import BeautifulSoup, Comment, Doctype

from promosms.db.transactions import transaction
from promosms.models import User
from promosms.services.auth import one_time_passwords
from promosms.settings import Settings
from promosms.sms.segments import measure
from tests.meta.routes import path, routes
from tests.meta.sources import PACKAGE, ROOT
from tests.meta.stage import Stage
from tests.support.pages import PageClient, check_page, words

ENGLISH, *OTHERS = Settings().languages
GAP = re.compile(r"%\(\w+\)s|\{\w+\}")
ANYTHING = ".{0,80}?"
TAG = re.compile(r"<[^>]*>")
READ = ("alt", "aria-label", "content", "label", "placeholder", "title", "data-confirm")
PASSWORD = "ABCD-EFGH-JKLM-NPQR"
# Words that mean two things, so that other languages need two: each use has a context.
TWO_MEANINGS = (
    *("From", "To", "to", "Until", "All", "Change", "Number", "Active", "Missing", "Recipient"),
    *("Open", "Close it", "Free", "Order by", "Set", "Right", "Left", "Second", "Last", "May"),
)
# Braces, but those of a secret in a text; parts of texts, names of columns, ids, libraries' words.
MACHINE_WORDS = re.compile(
    r"\{(?!secret\})|(?<!\{secret)\}|\bparts\b|\b(one|a|each|per) part\b(?! (has|of)|,)"
    r"|jednocz[eę]ściow|\bplaceholder|\bfield ?\d|not a valid|\b(?=\w*[a-f])[0-9a-f]{20}\b",
    re.IGNORECASE,
)
EXACT = re.compile(r"promosms/(models|services/privacy|templates/(policies|admin))/")


@cache
def catalogue(language: str) -> Catalog:
    with (PACKAGE / "translations" / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file, locale=language)


def forms(text: object) -> tuple[str, ...]:
    """A text, or its singular and plurals."""
    return (text,) if isinstance(text, str) else tuple(text or ())


def messages(catalog: Catalog) -> dict[tuple[str, ...], Message]:
    """The messages by their text, and by the context of a different translation."""
    return {
        (*forms(message.id), *forms(message.context)): message for message in catalog if message.id
    }


@pytest.fixture(scope="module")
def extracted(tmp_path_factory: pytest.TempPathFactory) -> set[tuple[str, ...]]:
    """The messages of the sources, by the command of CONTRIBUTING.md."""
    target = tmp_path_factory.mktemp("extracted") / "messages.pot"
    command = [sys.executable, "-m", "babel.messages.frontend", "-q", "extract"]
    settings = ["-F", "promosms/translations/babel.cfg", "-k", "lazy_gettext", "-k", "NC_:1c,2"]
    subprocess.run([*command, *settings, "-o", target, "promosms"], cwd=ROOT, check=True)
    with target.open("rb") as file:
        return set(messages(read_po(file)))


def test_words_with_two_meanings_have_a_context(extracted: set[tuple[str, ...]]) -> None:
    assert [word for word in TWO_MEANINGS if (word,) in extracted] == []
    polish = messages(catalogue("pl"))
    assert polish["From", "first day"].string != polish["From", "sender"].string
    assert polish["Change", "press"].string != polish["Change", "of the balance"].string
    assert polish["All", "documents"].string != polish["All", "people"].string


@pytest.mark.parametrize("language", OTHERS)
def test_words_are_those_of_the_shop_owner(language: str) -> None:
    """What developers read of exports, and the law, may be more exact."""
    found = [
        (text, wrong[0])
        for message in catalogue(language)
        if message.id and not all(EXACT.match(file) for file, _ in message.locations)
        for text in (*forms(message.id), *forms(message.string))
        if (wrong := MACHINE_WORDS.search(text))
    ]
    assert found == []


@pytest.mark.parametrize("language", OTHERS)
def test_every_message_is_in_the_catalogue(language: str, extracted: set[tuple[str, ...]]) -> None:
    translated = set(messages(catalogue(language)))
    assert extracted - translated == set(), "run pybabel update, then translate"
    assert translated - extracted == set(), "these are no longer used: run pybabel update"


@pytest.mark.parametrize("language", OTHERS)
def test_every_message_is_translated(language: str) -> None:
    for source, message in messages(catalogue(language)).items():
        translations = forms(message.string)
        assert all(text.strip() for text in translations), source
        assert not message.fuzzy, source
        assert len(translations) == (
            catalogue(language).num_plurals if message.pluralizable else 1
        ), source


@pytest.mark.parametrize("language", OTHERS)
def test_translations_have_the_placeholders_and_tags_of_the_source(language: str) -> None:
    for source, message in messages(catalogue(language)).items():
        gaps = {gap for text in source for gap in GAP.findall(text)}
        for text in forms(message.string):
            assert set(GAP.findall(text)) == gaps, source
            assert Counter(TAG.findall(text)) == Counter(TAG.findall(source[0])), source
            assert not re.search(r"%(?!\(\w+\)s)", text.replace("%%", "")), source


@pytest.mark.parametrize("language", [ENGLISH, *OTHERS])
def test_the_text_with_the_system_password_is_one_plain_part(context: None, language: str) -> None:
    text = one_time_passwords.wording(language).replace("{secret}", PASSWORD)
    measured = measure(text)
    assert (measured.encoding, measured.parts) == ("gsm7", 1), text


@pytest.mark.parametrize("person", ["visitor", "owner", "admin"])
@pytest.mark.parametrize("language", OTHERS)
def test_no_page_shows_english_in_another_language(
    stage: Stage, language: str, person: str
) -> None:
    browser = reader(stage, person, language)
    english = untranslated(language)
    opened = 0
    for rule in routes(stage.app, "GET"):
        if rule.endpoint in ("static", "design.index"):  # the latter is for developers
            continue
        response = browser.get(path(stage, rule))
        if response.status_code != 200 or not response.mimetype.startswith("text/"):
            response.close()
            continue
        if "<html" in response.text:
            page = check_page(response.text)
            assert page.html is not None
            assert page.html["lang"] == language, rule.endpoint
        text = visible_text(response.text)
        english_left = [pattern.pattern for pattern in english if pattern.search(text)]
        assert english_left == [], rule.endpoint
        opened += 1
    assert opened > 5


def reader(stage: Stage, person: str, language: str) -> PageClient:
    """The browser of a person with this language."""
    if person == "visitor":
        visitor = PageClient(stage.app)
        visitor.environ_base["HTTP_ACCEPT_LANGUAGE"] = language
        return visitor
    user = getattr(stage.cast, person)
    with stage.app.app_context(), transaction() as session:
        session.get_one(User, user.user_id).language = language
    browser: PageClient = user.browser()
    return browser


@cache
def untranslated(language: str) -> list[re.Pattern[str]]:
    """Patterns of the English messages as they would appear on a page, with any values."""
    translations = messages(catalogue(language)).items()
    return [
        pattern(piece)
        for source, message in translations
        if not message.context  # words within a sentence
        for text in source
        for piece in TAG.split(text)
        if text not in forms(message.string) and re.search("[a-z]", GAP.sub("", piece))
    ]


def pattern(text: str) -> re.Pattern[str]:
    """A sentence matches anywhere in a line, a short text only as a whole line."""
    pieces = [re.escape(words(piece)) for piece in GAP.split(text)]
    if text.count(" ") > 2:
        return re.compile(ANYTHING.join(piece for piece in pieces if piece))
    return re.compile(f"^{ANYTHING.join(pieces)}$", re.M)


def visible_text(html: str) -> str:
    """The text of a page, a line for each piece."""
    page = BeautifulSoup(html, "lxml")
    for foreign in page.select("body [lang]"):
        foreign.decompose()
    pieces = [
        text for text in page.find_all(string=True) if not isinstance(text, Comment | Doctype)
    ]
    read = [str(tag[name]) for tag in page.find_all(True) for name in READ if tag.get(name)]
    return "\n".join(words(text) for text in [*pieces, *read])
