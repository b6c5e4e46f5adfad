"""The consent on the page of a recipient: what was said, who recorded it, and what was before."""

from collections.abc import Callable

from promosms.models import Recipient
from tests.support.pages import PageClient

Stored = Callable[[], list[Recipient]]
GIVEN = {"phone": "601234567", "consent": "given", "consent_source": "card"}


def test_a_withdrawal_stands_above_the_consent_that_it_replaced(
    owner: PageClient, stored: Stored
) -> None:
    owner.post_page("/recipients/add", {**GIVEN, "consent_on": "2026-05-12"})
    address = f"/recipients/{stored()[0].public_id}"
    owner.post_page(f"{address}/edit", {"phone": "601234567", "consent": "none"})
    page = owner.get_page(address)
    now, before = (tag.get_text(" ") for tag in page.select("section[aria-labelledby=why] li"))
    assert "Consent withdrawn." in now
    assert "They agreed on" in before
    assert "card" in before
    assert "Recorded on" in before
    assert "Replaced on" in before
    assert "Replaced" not in now
