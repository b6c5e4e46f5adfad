"""Tax identifiers, checked offline."""

import pytest

from promosms.services.invoices import tax_ids

GOOD = [
    ("PL", "1010000002", "PL1010000002"),
    ("PL", "1100000000", "PL1100000000"),
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
    # The word for it before the number, and characters that nobody sees.
    ("PL", "NIP: 526-000-12-46", "PL5260001246"),
    ("PL", "NIP 5260001246", "PL5260001246"),
    ("PL", "NIP PL 526 000 12 46", "PL5260001246"),
    ("PL", "526\u200b000\u00a012\u221246", "PL5260001246"),
    ("DE", "USt-IdNr. DE 136 695 976", "DE136695976"),
    ("DE", "USt.-ID-Nr.: DE136695976", "DE136695976"),
    ("AT", "UID: ATU 13585627", "ATU13585627"),
    ("ES", "CIF: B-58378431", "ESB58378431"),
    ("IT", "P. IVA 00743110157", "IT00743110157"),
    ("IT", "Partita IVA: IT 00743110157", "IT00743110157"),
    ("CZ", "DIČ CZ25123891", "CZ25123891"),
    ("CZ", "IČ: 251 23 891", "CZ25123891"),
    ("FR", "N° TVA FR 40 303 265 045", "FR40303265045"),
    ("GR", "Α.Φ.Μ. 094259216", "EL094259216"),
    ("GB", "VAT Reg. No. 980 7806 84", "GB980780684"),
    ("AU", "ABN 83 914 571 673", "83914571673"),
    # As written at home.
    ("SE", "556188-8404", "SE556188840401"),
    ("SE", "Org.nr 556188-8404", "SE556188840401"),
    ("HU", "12892312-2-42", "HU12892312"),
    ("HU", "Adószám: 12892312-2-42", "HU12892312"),
    ("FI", "Y-tunnus 2077474-0", "FI20774740"),
    ("NO", "995 525 828", "995525828"),
    ("CH", "CHE-107.787.577", "CHE107787577"),
    ("UA", "  ", ""),
    ("PL", "", ""),
]
BAD = [
    # Right by their check digits, refused by the schema of the tax office: NIP 0… and x00….
    ("PL", "0000000000", ""),
    ("PL", "PL 000-000-00-00", ""),
    ("PL", "0100000005", ""),
    ("PL", "1000000006", ""),
    ("DE", "PL0000000000", ""),
    # Zeros alone were never issued.
    ("BG", "000000000", ""),
    ("ES", "B00000000", ""),
    ("FI", "FI 0000000-0", ""),
    ("GB", "000 0000 00", ""),
    ("NO", "000 000 000 MVA", ""),
    # Almost as written at home.
    ("SE", "556188-8405", ""),
    ("HU", "12892312-9-42", ""),
    ("PL", "NIP", ""),
    ("PL", "NIP 5260001247", ""),
    ("PL", "REGON 012100784", ""),
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
