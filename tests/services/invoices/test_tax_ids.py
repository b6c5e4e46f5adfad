"""Tax identifiers, checked offline."""

import pytest

from promosms.services.invoices import tax_ids

GOOD = [
    ("PL", "5260001246", "PL5260001246"),
    ("PL", "pl 526-000-12-46", "PL5260001246"),
    ("DE", "DE 136 695 976", "DE136695976"),
    ("DE", "136695976", "DE136695976"),
    ("GR", "EL094259216", "EL094259216"),
    ("GR", "GR 094259216", "EL094259216"),
    ("GR", "094259216", "EL094259216"),
    ("AT", "ATU13585627", "ATU13585627"),
    ("AT", "U13585627", "ATU13585627"),
    ("ES", "B58378431", "ESB58378431"),
    ("NL", "NL004495445B01", "NL004495445B01"),
    ("FR", "FR 40 303 265 045", "FR40303265045"),
    ("BE", "BE 0428.759.497", "BE0428759497"),
    ("IE", "6433435F", "IE6433435F"),
    ("GB", "GB 980 7806 84", "GB980780684"),
    ("GB", "980780684", "GB980780684"),
    ("GB", "XI980780684", "XI980780684"),
    ("CH", "CHE-107.787.577 IVA", "CHE107787577IVA"),
    ("NO", "NO 995 525 828 MVA", "995525828MVA"),
    ("US", "12-3456789", "123456789"),
    ("UA", "  ", ""),
    ("PL", "", ""),
]
BAD = [
    ("PL", "5260001247", ""),
    ("PL", "hello", ""),
    ("PL", "DE136695976", "DE"),
    ("DE", "PL5260001246", "PL"),
    ("DE", "EL094259216", "GR"),
    ("US", "PL 526-000-12-46", "PL"),
    ("US", "none", ""),
    ("PL", "XI980780684", "GB"),
    ("DE", "EU372022452", ""),
    ("GB", "PL5260001246", "PL"),
    ("DE", "PL5260001247", ""),
    ("US", "1" * 31, ""),
    ("US", "<b>1234</b>", ""),
    ("PL", "٥٢٦٠٠٠١٢٤٦", ""),
]


@pytest.mark.parametrize(("country", "typed", "stored"), GOOD)
def test_it_is_stored_compact_and_with_the_prefix_of_the_eu(
    country: str, typed: str, stored: str
) -> None:
    assert tax_ids.compact(typed, country) == stored


@pytest.mark.parametrize(("country", "typed", "stored"), GOOD)
def test_a_stored_identifier_can_be_typed_again(country: str, typed: str, stored: str) -> None:
    assert tax_ids.compact(stored, country) == stored


@pytest.mark.parametrize(("country", "typed", "owner"), BAD)
def test_a_wrong_identifier_is_refused_with_its_country(
    country: str, typed: str, owner: str
) -> None:
    with pytest.raises(tax_ids.BadTaxId) as refused:
        tax_ids.compact(typed, country)
    assert refused.value.country == owner


@pytest.mark.parametrize(
    ("tax_id", "expected"),
    [("PL5260001246", True), ("EL094259216", True), ("XI980780684", True)]
    + [("GR094259216", False), ("GB980780684", False), ("CHE107787577", False), ("", False)],
)
def test_vies_knows_the_eu_and_northern_ireland(tax_id: str, expected: bool) -> None:
    assert tax_ids.in_vies(tax_id) == expected
