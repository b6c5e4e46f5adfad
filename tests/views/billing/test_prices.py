"""The price list."""

import pytest

from tests.pages import PageClient, words


def rows(client: PageClient, typed: str) -> list[str]:
    page = client.get_page("/billing/prices" + (f"?q={typed}" if typed else ""))
    return [words(row.get_text(" ")) for row in page.select("main tbody tr")]


def test_it_lists_every_country_by_name(owner: PageClient) -> None:
    found = rows(owner, "")
    assert len(found) == 33
    assert "Poland +48 €0.03" in found
    assert found == sorted(found)


@pytest.mark.parametrize("typed", ["Pol", "pl", "48", "%2B48", "POLAND", " poland "])
def test_it_finds_a_country_by_name_or_calling_code(owner: PageClient, typed: str) -> None:
    assert rows(owner, typed) == ["Poland +48 €0.03"]


@pytest.mark.parametrize("typed", ["Atlantis", "%2B", "+", "999", "%22%3E%3Cb%3E"])
def test_it_says_when_there_is_none(owner: PageClient, typed: str) -> None:
    page = owner.get_page(f"/billing/prices?q={typed}")
    assert page.select("main tbody tr") == [] or not typed.strip(" +")
