"""The policies are public, in every published version."""

import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup, Tag

from promosms.models import now
from promosms.services.policies import versions as policy_versions
from promosms.services.policies.versions import FOLDER, digest, file_of, versions, words_of
from promosms.settings import Settings
from tests.support.pages import PageClient

PAGES = ("/privacy", "/privacy/promises", "/cookies", "/terms")
LANGUAGES = Settings().languages
LEFT_OUT = ".contents, .trial, #said, form, section[id] details, svg, .back, .promises a"
UNWRAPPED = "a, span, div, section, address, blockquote, nav, details, summary"
SCRIPTS = {"/static/app.js", "/static/transitions.js"}  # the pages do without
WORDS_A_MINUTE, LONGEST = 200, 8  # a page is read in so many minutes


def words_now(visitor: PageClient, language: str) -> str:
    """The words of the pages as they are now: plain HTML without links, forms and names."""
    visitor.environ_base["HTTP_ACCEPT_LANGUAGE"] = language
    return "\n".join(_plain(_main(visitor, path)) for path in PAGES) + "\n"


def _main(visitor: PageClient, path: str) -> Tag | None:
    return BeautifulSoup(visitor.get(path).text, "html5lib").select_one("main")


def _plain(main: Tag | None) -> str:
    assert main is not None
    for tag in main.select(LEFT_OUT):
        tag.decompose()
    for tag in main.select("h3, h2, h1"):
        tag.name = f"h{int(tag.name[1]) + 1}"
    for tag in main.find_all(True):
        tag.attrs = {name: value for name, value in tag.attrs.items() if name in ("scope", "lang")}
    for tag in main.select(UNWRAPPED):
        tag.unwrap()
    lines = (re.sub(r"\s+", " ", line).strip() for line in main.decode_contents().splitlines())
    return "\n".join(line for line in lines if line)


def publish(words: dict[str, str]) -> None:
    """Write the text of the latest version, and its digests into the list.

    Only on the day of the version: an older version that people have read is never rewritten.
    """
    latest, listing = versions()[0], FOLDER / "versions.toml"
    assert latest.day == now().date(), "add a version of today"
    index = listing.read_text()
    for language, text in words.items():
        file_of(latest, language).write_text(text)
        old, new = f'{language} = "{latest.digests[language]}"', f'{language} = "{digest(text)}"'
        head, mark, rest = index.partition("[version.sha256]")
        index = head + mark + rest.replace(old, new, 1)
    listing.write_text(index)
    policy_versions.versions.cache_clear()


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_page_is_read_in_eight_minutes(visitor: PageClient, language: str) -> None:
    asked = {"Accept-Language": language}
    for path in PAGES:
        main = BeautifulSoup(visitor.get(path, headers=asked).text, "lxml").select_one("main")
        assert main is not None
        for folded in main.select("details > :not(summary)"):
            folded.decompose()
        count = len(main.get_text(" ").split())
        assert count <= LONGEST * WORDS_A_MINUTE, (path, count)


def test_privacy_begins_in_short_and_its_marks_lead_to_the_proofs(visitor: PageClient) -> None:
    page = visitor.get_page("/privacy")
    first = page.select_one("main h2")
    assert first is not None
    assert first["id"] == "short"
    sentences = [item.get_text().strip() for item in page.select("#short + ul > li")]
    assert len(sentences) == 6
    assert all(re.fullmatch(r"[^.]+\.", sentence) for sentence in sentences)

    for item in page.select(".promises > li"):
        (mark,) = item.select("a")
        assert mark["href"] == f"/privacy/promises#{mark['aria-describedby']}"
        assert mark.select("svg")
        assert not mark.get_text(strip=True)
        assert item.select_one(f"#{mark['aria-describedby']}")


@pytest.mark.parametrize("path", [*PAGES, "/privacy/versions"])
def test_the_pages_are_public(visitor: PageClient, path: str) -> None:
    response = visitor.get(path)
    assert response.status_code == 200
    page = BeautifulSoup(response.text, "lxml")
    assert {str(script.get("src")) for script in page.select("script")} <= SCRIPTS
    assert page.select_one("main h1")
    assert not page.select("main [hidden]")


def test_the_policies_of_today_are_the_latest_version(
    visitor: PageClient, request: pytest.FixtureRequest
) -> None:
    today = {language: words_now(visitor, language) for language in LANGUAGES}
    if request.config.getoption("--publish"):
        publish(today)
    for language, text in today.items():
        published = words_of(versions()[0], language)
        assert text == published, (
            "the words have changed: add a version, see policies/versions.toml"
        )


def test_every_version_can_be_read_and_has_its_digest(visitor: PageClient) -> None:
    for version in versions():
        for language in version.digests:
            visitor.environ_base["HTTP_ACCEPT_LANGUAGE"] = language
            page = visitor.get_page(f"/privacy/versions/{version.name}")
            shown = page.select_one(".published")
            assert shown is not None
            assert shown["lang"] == language
            assert len(shown.get_text()) > 5_000
            assert digest(words_of(version, language)) == version.digests[language]
            assert version.digests[language] in page.get_text()


def test_the_list_names_every_version_with_its_changes(visitor: PageClient) -> None:
    page = visitor.get_page("/privacy/versions")
    links = [str(link["href"]) for link in page.select("main h2 a")]
    assert links == [f"/privacy/versions/{version.name}" for version in versions()]
    for version in versions():
        assert all(version.changes[language] for language in LANGUAGES)
        assert version.changes["en"][0] in page.get_text()


def test_versions_are_in_order_and_every_file_belongs_to_a_version() -> None:
    days = [version.day for version in versions()]
    assert days == sorted(set(days), reverse=True)
    files = {file_of(version, language) for version in versions() for language in version.digests}
    assert set(Path(FOLDER, "versions").iterdir()) == files


def test_an_unknown_version_is_not_found(visitor: PageClient) -> None:
    visitor.get_page("/privacy/versions/1999-01-01", 404)


def test_an_earlier_version_says_that_it_is_outdated(
    visitor: PageClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    (only, *_others) = versions()
    younger = policy_versions.Version(only.day.replace(year=2031), only.changes, only.digests)
    monkeypatch.setattr(policy_versions, "versions", lambda: (younger, only))
    page = visitor.get_page(f"/privacy/versions/{only.name}")
    assert "These are the words of an earlier day" in page.get_text()
    assert len(visitor.get_page("/privacy/versions").select("main h2")) == 2
