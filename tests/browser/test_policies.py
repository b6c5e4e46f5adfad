"""The pages of the policies: for everybody, without script, on paper."""

import pytest
from playwright.sync_api import Browser

from promosms.services.policies import versions as policy_versions
from tests.browser.site import Site, opened
from tests.browser.test_accessibility import AXE, EVERYTHING, too_wide, violations

ADDRESSES = ["/privacy", "/privacy/promises", "/privacy/versions", "/cookies", "/terms"]


@pytest.fixture(scope="module")
def site(redis_url: str) -> Site:
    with opened(redis_url) as made:
        yield made


@pytest.mark.parametrize("language", ["en", "pl"])
def test_the_policy_pages_are_accessible_without_script(
    site: Site, chromium: Browser, language: str
) -> None:
    plain = site.open(chromium, locale=language, java_script_enabled=False)
    narrow = {"width": 320, "height": 800}
    witness = site.open(chromium, locale=language, viewport=narrow)
    found = []
    for address in [*ADDRESSES, f"/privacy/versions/{policy_versions.latest().name}"]:
        plain.page.goto(address)
        witness.page.goto(address)
        said = [each.page.get_by_role("main").inner_text() for each in (plain, witness)]
        assert said[0] == said[1]
        assert len(said[0]) > 300
        witness.page.evaluate(AXE.axe_script)
        found += violations(witness.page, EVERYTHING)
        assert not too_wide(witness.page), address
    plain.close()
    witness.close()
    assert found + plain.complaints + witness.complaints == []


def test_on_paper_there_are_words_and_no_buttons(site: Site, chromium: Browser) -> None:
    witness = site.open(chromium)
    for address in ADDRESSES:
        witness.page.goto(address)
        witness.page.emulate_media(media="print")
        for part in (".topbar", ".footer", "section.cookies", "main form"):
            assert not [one for one in witness.page.locator(part).all() if one.is_visible()], part
        assert witness.page.locator("main h1").is_visible()
    witness.close()
    assert witness.complaints == []
