"""The help: short pages in every language, true labels, and a search by words."""

import re

import pytest
from flask import Flask

from promosms.language import force_locale, gettext
from promosms.views.help import pictures, search
from promosms.views.help.topic import Topic
from promosms.views.help.topics import ORDER, topics
from promosms.web import fonts
from tests.meta.sources import STATIC, templates
from tests.support.pages import PageClient, words

LANGUAGES = ("en", "pl")
MOST_WORDS = 250
HEAVIEST_PICTURE = 15_000
HEAVIEST_PAGE = 50_000
MOST_STEPS = 6
# What people type, and the topic that stands first.
SEARCHES = {
    "en": {
        "stop": "replies",
        "INVOICE": "invoices",
        "excel": "import",
        "certificate warning": "encryption",
        "birthday": "automations",
        "chance": "two-texts",
        "time zone": "departure",
        "opening hours": "automatic-answers",
        "API": "programs",
    },
    "pl": {
        "faktura": "invoices",
        "doladowac": "top-up",
        "Doładowanie": "top-up",
        "rezygnacje": "replies",
        "zgoda": "consent",
        "hasla": "safety",
        "klodka": "encryption",
        "urodziny": "automations",
        "szablony": "templates",
        "programista": "programs",
    },
}
QUOTED = {"en": re.compile("“([^”]+)”"), "pl": re.compile("„([^”]+)”")}


def in_language(app: Flask, language: str) -> list[Topic]:
    with app.test_request_context(), force_locale(language):
        return topics()


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_opens_is_short_and_leads_to_pages_that_exist(
    app: Flask, visitor: PageClient, language: str
) -> None:
    addresses = app.url_map.bind("localhost", url_scheme="https")
    visitor.environ_base["HTTP_ACCEPT_LANGUAGE"] = language
    every = in_language(app, language)
    assert len(every) == len({topic.name for topic in every}) == 22
    for topic in every:
        answer = visitor.get(f"/help/{topic.name}")
        assert answer.status_code == 200, topic.name
        page = answer.text
        assert page.count("<h1") == 1
        assert f'<html lang="{language}">' in page
        main = page.partition("<main")[2].partition("</main>")[0]
        assert not re.search(r"[{}]|%\(", main), topic.name
        for link in re.findall(r'href="(/[^"]*)"', main):
            endpoint, values = addresses.match(link)
            assert endpoint != "help.topic" or values["name"] in {each.name for each in every}
        assert sum(len(text.split()) for text in topic.texts()) <= MOST_WORDS, topic.name
        assert all(len(part.steps) <= MOST_STEPS for part in topic.parts), topic.name


def test_its_pages_are_valid(visitor: PageClient) -> None:
    visitor.get_page("/help")
    for topic in in_language(visitor.application, "en"):
        visitor.get_page(f"/help/{topic.name}")


def test_labels_in_quotes_are_those_of_the_pages(app: Flask) -> None:
    """A button that gets another label changes the help, too."""
    english, polish = (in_language(app, language) for language in LANGUAGES)
    quoted = 0
    for topic, translated in zip(english, polish, strict=True):
        labels = QUOTED["en"].findall(" ".join(topic.texts()))
        with app.test_request_context(), force_locale("pl"):
            theirs = [gettext(label) for label in labels]
        assert not set(labels) & set(theirs), f"no page says this: {labels}"
        assert sorted(theirs) == sorted(QUOTED["pl"].findall(" ".join(translated.texts())))
        quoted += len(labels)
    assert quoted > 30


def test_the_search_finds_by_words_with_and_without_accents(app: Flask) -> None:
    for language, queries in SEARCHES.items():
        every = in_language(app, language)
        assert {query: search.find(every, query)[0].name for query in queries} == queries


def test_the_search_needs_all_words_and_says_when_nothing_fits(
    app: Flask, visitor: PageClient
) -> None:
    every = in_language(app, "en")
    assert search.find(every, "stop certificate") == []
    assert search.find(every, " ") == every
    found = visitor.get_page("/help?q=top-up+%22VAT%22")
    assert "Top up your balance" in [words(link.get_text()) for link in found.select(".title")]
    assert len(found.select(".title")) < len(ORDER)
    nothing = visitor.get_page("/help?q=%3Cb%3E zzz")
    assert "No page has these words" in nothing.get_text()
    assert len(nothing.select(".title")) == len(ORDER)


def test_a_topic_that_does_not_exist_leads_to_the_help(visitor: PageClient) -> None:
    page = visitor.get_page("/help/nothing", 404)
    assert page.select_one("main a[href='/help']")


def test_pages_lead_to_topics_that_exist_by_their_titles(app: Flask) -> None:
    titles = {topic.name: topic.title for topic in in_language(app, "en")}
    links = re.findall(r'help_link\("([^"]+)", _\("([^"]+)"\)\)', " ".join(templates().values()))
    assert len(links) >= 5
    assert [(name, titles[name]) for name, _ in links] == links


def test_every_picture_is_there_in_every_language_and_every_one_is_shown(app: Flask) -> None:
    shown = {
        f"{part.picture.name}.{language}.webp"
        for language in LANGUAGES
        for topic in in_language(app, language)
        for part in topic.parts
        if part.picture
    }
    files = {path.name: path.stat().st_size for path in pictures.FOLDER.iterdir()}
    assert set(files) == shown
    assert max(files.values()) < HEAVIEST_PICTURE


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_heaviest_page_is_light(app: Flask, visitor: PageClient, language: str) -> None:
    """As a browser loads it; the letters of other languages come on top of what all need."""
    heaviest, weight = "", 0
    for topic in in_language(app, language):
        with app.test_request_context(), force_locale(language):
            files = [pictures.FOLDER / part.picture.file for part in topic.parts if part.picture]
        if (size := sum(file.stat().st_size for file in files)) > weight:
            heaviest, weight = topic.name, size
    asked = {"Accept-Encoding": "gzip, br", "Sec-Fetch-Site": "none", "Accept-Language": language}
    page = visitor.get(f"/help/{heaviest}", headers={"Accept-Language": language}).text
    weight = len(visitor.get(f"/help/{heaviest}", headers=asked).data)
    for url in set(re.findall(r'"(/static/[^"]+)"', page)):
        weight += len(visitor.get(url, headers=asked, buffered=True).data)
    fonts.make(STATIC)
    assert weight + fonts.path(STATIC, "europe").stat().st_size < HEAVIEST_PAGE
    sizes = re.findall(r'<img src="[^"]+" width="(\d+)" height="(\d+)" alt="[^"]{10,}"', page)
    assert all(int(width) <= 360 for width, _ in sizes)
    assert len(sizes) == page.count("<img")


def test_each_topic_shows_something(app: Flask) -> None:
    for topic in in_language(app, "en"):
        assert any(part.picture or part.drawing for part in topic.parts), topic.name


def test_the_drawing_of_the_encrypted_connection_is_on_its_page(visitor: PageClient) -> None:
    assert visitor.get_page("/help/encryption").select("main svg.illustration .sun")


def test_the_menu_leads_to_it(owner: PageClient, admin: PageClient) -> None:
    for client in (owner, admin):
        page = client.get_page("/help")
        assert page.select_one(".sidebar [aria-current=page]")["href"] == "/help"
        assert page.select(".topbar a[href='/help']")
