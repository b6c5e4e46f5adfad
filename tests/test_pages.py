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


# Written out in full, so that only the fault keeps html5lib from being asked in vain.
FULL = (
    '<!doctype html>\n<html lang="en"><head><title>a</title></head><body>\n<h1>a</h1>\n'
    '<p>b &amp; c</p><svg viewBox="0 0 1 1"><path d="M0" /></svg><br>\n</body>\n</html>'
)
FAULTS = """
</p> <div/> <p></p!> <p></b></p> <b><p></b></p> <image> <p><div></div></p> <a><a></a></a> <tr></tr>
</br> <form><form></form></form> <button><button></button></button> <svg><p></p></svg> <frame> <1>
<table><tr><input></tr></table> <table><form></form><tbody></tbody></table> <svg><input></svg>
<select><p></p></select> <select><hr></select> <i/id="a"/id="b"></i> <i/id="a"class="b"></i> &nope;
</> &amp &#128; AT&T \x01 \ufdd0 \x85 <!--> <?a?> <!doctype> </body>x<body>
<html></html> <head></head> <textarea>
"""


@pytest.mark.parametrize("fault", FAULTS.strip("\n").replace("\n", " ").split(" "))
def test_a_full_page_with_one_fault_is_refused(fault: str) -> None:
    check_page(FULL)
    with pytest.raises(ParseError):
        check_page(FULL.replace("<br>", fault))


@pytest.mark.parametrize("html", [f"{HEAD}<p><div></p>", f"{HEAD}<b>", "<html lang=en><h1>a</h1>"])
def test_what_is_not_valid_is_refused(html: str) -> None:
    with pytest.raises(ParseError):
        check_page(html)
