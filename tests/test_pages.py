"""The strict page client: it refuses every bad page."""

import pytest
from html5lib.html5parser import ParseError

from tests.support.pages import check_page

START = "<!doctype html><html lang=en><title>a</title>"
HEAD = f"{START}<h1>a</h1>"
FORM = "<form action=/x><label for=i>q</label><input id=i></form><script src=/a.js></script>"


def test_a_good_one_passes() -> None:
    assert check_page(HEAD + FORM).title is not None


@pytest.mark.parametrize(
    ("html", "why"),
    [
        (f"{HEAD}<h1>b</h1>", "2 h1"),
        (f"{START}<h1>b</h1>", "'b'"),
        ("<!doctype html><html><title>a</title><h1>a</h1>", "language"),
        (f"{HEAD}<p id=a><p id=a>", "ids twice"),
        (f"{HEAD}<form method=post action=/x></form>", "no token"),
        (f"{HEAD}<form></form>", "without action"),
        (f"{HEAD}<input>", "no label"),
        (f"{HEAD}<input aria-label=a aria-describedby=z>", "names nothing"),
        (f"{HEAD}<p style=x>", "inline style"),
        (f"{HEAD}<style></style>", "inline style"),
        (f"{HEAD}<p onclick=x>", "inline script"),
        (f"{HEAD}<script>1</script>", "inline script"),
        (f"{HEAD}<img alt='' src=https://other.example/x>", "foreign"),
        (f"{HEAD}<link rel=x href=//other.example/x>", "foreign"),
        (f"{HEAD}<form action=https://other.example/></form>", "foreign"),
    ],
)
def test_a_bad_one_is_refused(html: str, why: str) -> None:
    with pytest.raises(AssertionError, match=why):
        check_page(html)


@pytest.mark.parametrize("html", [f"{HEAD}<p><div></p>", f"{HEAD}<b>", "<html lang=en><h1>a</h1>"])
def test_what_is_not_valid_is_refused(html: str) -> None:
    with pytest.raises(ParseError):
        check_page(html)
