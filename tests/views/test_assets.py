"""Style sheets, scripts and type: how long browsers keep them, and which letters they hold."""

import re

import pytest
from fontTools.ttLib import TTFont

from promosms.web import fonts
from tests.meta.sources import STATIC
from tests.support.pages import PageClient

PACKED = {"Accept-Encoding": "gzip, br"}
YEAR = "public, max-age=31536000, immutable"
MISSING = {0xAD, 0x149}
"""Inter has no soft hyphen, which browsers draw as another one, and no ŉ, which nobody writes."""
ADDRESS = re.compile(r'"(/static/(?:css/all\.css|favicon\.svg)\?v=\w+)"')


@pytest.mark.parametrize("file", ["app.js", "transitions.js"])
@pytest.mark.parametrize("headers", [PACKED, {}])
def test_a_script_is_asked_for_again_and_sent_once(
    visitor: PageClient, file: str, headers: dict[str, str]
) -> None:
    """The second one is too short to be compressed."""
    first = visitor.get(f"/static/{file}", headers=headers)
    assert first.headers["Cache-Control"] == "no-cache"
    assert first.data
    known = {**headers, "If-None-Match": first.headers["ETag"]}
    assert visitor.get(f"/static/{file}", headers=known).status_code == 304
    other = {**headers, "If-None-Match": '"other"'}
    assert visitor.get(f"/static/{file}", headers=other).status_code == 200


def test_what_is_named_by_its_content_is_kept_and_never_asked_for(visitor: PageClient) -> None:
    fonts.make(STATIC)
    named = ADDRESS.findall(visitor.get("/").text)
    type_ = [f"/static/fonts/{fonts.path(STATIC, name).name}" for name in fonts.SUBSETS]
    assert len(named) == len(type_) == 2
    for url in (*named, *type_):
        answer = visitor.get(url, headers=PACKED, buffered=True)
        assert answer.headers["Cache-Control"] == YEAR, url
        assert "ETag" not in answer.headers, url


def test_the_style_sheet_says_which_letters_a_file_of_the_type_has() -> None:
    fonts.make(STATIC)
    said = re.findall(r'/(inter-[\w-]+\.woff2)"\).*?unicode-range:([^}]+)', fonts.sheet())
    letters = {file: codes(ranges) for file, ranges in said}
    assert len(letters) == 2
    for file, those in letters.items():
        with TTFont(STATIC / "fonts" / file) as font:
            assert set(font.getBestCmap()) == those - MISSING, file
    europe, further = letters.values()
    assert not europe & further
    assert {*map(ord, "AzßéœŁżŘůőșğģŪ€…→−")} <= europe
    assert {*map(ord, "ŵŷħġĉŝŭ")} <= further


def codes(ranges: str) -> set[int]:
    """The codes in ranges of CSS: U+41-5A,U+20AC."""
    found = set[int]()
    for each in ranges.split(","):
        first, _, last = each.strip().removeprefix("U+").partition("-")
        found |= set(range(int(first, 16), int(last or first, 16) + 1))
    return found
