"""The policy pages: accessible, without script, and in print."""

import pytest
from playwright.sync_api import Browser

from promosms.services.policies import versions as policy_versions
from tests.browser.site import Site, running_site
from tests.browser.test_accessibility import AXE, EVERYTHING, too_wide, violations

ADDRESSES = ["/privacy", "/privacy/promises", "/privacy/versions", "/cookies", "/terms"]


@pytest.fixture(scope="module")
def site(redis_url: str) -> Site:
    with running_site(redis_url) as site:
        yield site


@pytest.mark.parametrize("language", ["en", "pl"])
def test_the_policy_pages_are_accessible_without_script(
    site: Site, chromium: Browser, language: str
) -> None:
    plain = site.open(chromium, locale=language, java_script_enabled=False)
    narrow = {"width": 320, "height": 800}
    window = site.open(chromium, locale=language, viewport=narrow)
    problems = []
    for address in [*ADDRESSES, f"/privacy/versions/{policy_versions.latest().name}"]:
        plain.page.goto(address)
        window.page.goto(address)
        texts = [
            running_site.page.get_by_role("main").inner_text() for running_site in (plain, window)
        ]
        assert texts[0] == texts[1]
        assert len(texts[0]) > 300
        window.page.evaluate(AXE.axe_script)
        problems += violations(window.page, EVERYTHING)
        assert not too_wide(window.page), address
    plain.close()
    window.close()
    assert problems + plain.problems + window.problems == []


def test_print_shows_the_text_unfolded_and_no_buttons(site: Site, chromium: Browser) -> None:
    window = site.open(chromium)
    for address in ADDRESSES:
        window.page.goto(address)
        window.page.emulate_media(media="print")
        for part in (".topbar", ".footer", "section.cookies", "main form", "main .button"):
            assert not [
                element for element in window.page.locator(part).all() if element.is_visible()
            ], part
        assert window.page.locator("main h1").is_visible()
        folded = window.page.locator("details > :not(summary)").all()
        assert all(part.is_visible() for part in folded), address
        assert folded or "promises" not in address
    window.close()
    assert window.problems == []
