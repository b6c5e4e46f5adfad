"""What the list of sessions calls a browser."""

import pytest

from promosms.views.auth.browsers import label

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
CHROME = "Mozilla/5.0 ({}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 {}Safari/537.36"


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (FIREFOX, "Firefox on Linux"),
        (CHROME.format("Windows NT 10.0; Win64; x64", ""), "Chrome on Windows"),
        (CHROME.format("Linux; Android 15; Pixel 9", "Mobile "), "Chrome on Android"),
        (CHROME.format("Windows NT 10.0; Win64; x64", "Edg/140.0 "), "Edge on Windows"),
        (CHROME.format("Macintosh; Intel Mac OS X 10_15_7", "OPR/120.0 "), "Opera on Mac"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 "
            "(KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1",
            "Safari on iPhone",
        ),
        ("curl/8.5.0", "curl"),
        ("", ""),
        ("<script>", ""),
    ],
)
def test_it_names_browser_and_system(user_agent: str, name: str) -> None:
    assert label(user_agent) == name
