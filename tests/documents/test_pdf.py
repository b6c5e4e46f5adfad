"""The printed documents: their texts, their attachments, and their safety."""

import io
import os
from dataclasses import replace

import pytest
from lxml import etree
from pypdf import PdfReader

from promosms.documents import cii, pdf
from promosms.documents.data import InvoiceData, InvoiceLine
from promosms.documents.labels import ENGLISH, POLISH
from promosms.documents.tax import TaxCase
from promosms.settings import invoice_font
from tests.documents.samples import (
    BUYERS,
    GERMAN_SELLER,
    POLISH_SELLER,
    credit_note,
    invoice,
    pro_forma,
)

NAMESPACES = {
    "fx": "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#",
    "pdfaid": "http://www.aiim.org/pdfa/ns/id/",
}


def opened(data: InvoiceData) -> PdfReader:
    """The document as it is stored, with its XML if it has one."""
    xml = None if data.kind == "pro_forma" else cii.render(data)
    return PdfReader(io.BytesIO(pdf.render(data, xml)))


def text_of(data: InvoiceData) -> str:
    """The text of the PDF, with single spaces."""
    pages = " ".join(page.extract_text() for page in opened(data).pages)
    return " ".join(pages.replace("\u200b", "").split())


def test_an_english_invoice_has_everything_article_226_demands():
    text = text_of(invoice(buyer=BUYERS["FR"], tax_case=TaxCase.OTHER_EU))
    for needed in [
        *("Invoice", "INV/2026/000042", "22 November 2026", "21 November 2026"),
        *("Specimen Texts GmbH", "Musterstraße 1", "10115 Berlin", "VAT no. DE136695976"),
        *("Épicerie Fine SARL", "12 rue de l’Église", "75011 Paris", "France", "FR40303265045"),
        *("Prepaid credit for text messages", "1 250.00 19% 250.00"),
        *("Total net 250.00 EUR", "VAT 19% 47.50 EUR", "Total 297.50 EUR"),
        *("Paid 297.50 EUR", "Still to pay 0.00 EUR", "PS-7K4M-Q2XD", "Page 1 of 1"),
    ]:
        assert needed in text


def test_a_polish_invoice_has_everything_article_226_demands():
    text = text_of(invoice(POLISH_SELLER, language="pl", net=12_345_670_000))
    for needed in [
        *("Faktura", "INV/2026/000042", "22 listopada 2026", "21 listopada 2026"),
        *("Wiadomości Próbne sp. z o.o.", "ul. Źródlana 7/2", "00-950 Warszawa"),
        *("NIP PL5260001246", "Kwiaciarnia Żółta Łąka", "ul. Świętojańska 12", "81-372 Gdynia"),
        *("NIP PL7740001454", "Doładowanie salda na wiadomości SMS", "23%"),
        *("Razem netto 1 234 567,00 PLN", "VAT 23% 283 950,41 PLN"),
        *("Razem brutto 1 518 517,41 PLN", "Pozostało do zapłaty 0,00 PLN", "Strona 1 z 1"),
    ]:
        assert needed in text


@pytest.mark.parametrize(
    ("case", "country", "english", "polish"),
    [
        (TaxCase.REVERSE_CHARGE, "FR", "Reverse charge", "Odwrotne obciążenie"),
        (TaxCase.OUTSIDE_EU, "CH", "outside the scope of EU VAT", "niepodlegająca VAT w UE"),
        (TaxCase.EXEMPT, "PL", "the seller is exempt", "zwolniona z podatku VAT"),
    ],
)
def test_where_no_vat_is_charged_the_reason_is_given(case, country, english, polish):
    details = {"buyer": BUYERS[country], "tax_case": case, "consultation": "WAPIAAAAY1234567"}
    for language, sentence in (("en", english), ("pl", polish)):
        text = text_of(invoice(POLISH_SELLER, language=language, **details))
        assert sentence in text
        assert "WAPIAAAAY1234567" in text


def test_a_credit_note_shows_its_original_the_reason_and_before_and_after():
    text = text_of(credit_note(invoice(), 1_000_000))
    for needed in [
        *("Credit note", "CN/2026/000003", "Corrects invoice INV/2026/000042 of 22 November 2026"),
        *("Reason: Unused credit returned", "Total credited −119.00 EUR"),
        "Total net 250.00 EUR −100.00 EUR 150.00 EUR",
        "VAT amount 47.50 EUR −19.00 EUR 28.50 EUR",
        "Gross 297.50 EUR −119.00 EUR 178.50 EUR",
    ]:
        assert needed in text


def test_a_credit_note_states_whether_the_money_was_returned():
    note = credit_note(invoice(), 1_000_000)
    assert "will be returned by the way it was paid" in text_of(note)
    assert "The amount credited has been returned." in text_of(replace(note, paid=note.gross))


def test_a_pro_forma_says_how_to_pay_and_carries_no_xml():
    data = pro_forma(invoice(POLISH_SELLER, language="pl"))
    text = text_of(data)
    for needed in [
        *("Faktura pro forma", "PF/2026/000017", "Jak zapłacić", "Kwota 307,50 PLN"),
        *("PL61 1090 1014 0000 0712 1981 2874", "PS-7K4M-Q2XD", "6 grudnia 2026", "WBKPPLPP"),
        "Faktura pro forma nie jest fakturą VAT.",
    ]:
        assert needed in text
    assert not opened(data).attachments


@pytest.mark.parametrize(("language", "texts"), [("en", ENGLISH), ("pl", POLISH)])
def test_a_specimen_says_on_every_page_that_it_is_none(language, texts):
    lines = tuple(InvoiceLine(f"Line {at}", 1, 10_000, 10_000) for at in range(80))
    pages = opened(invoice(language=language, lines=lines, specimen=True)).pages
    assert len(pages) > 2
    mark = texts["specimen"].replace(", ", " ")
    assert all(mark in " ".join(page.extract_text().split()) for page in pages)
    assert texts["specimen"] not in text_of(invoice(language=language))


def test_both_languages_have_the_same_texts():
    assert ENGLISH.keys() == POLISH.keys()


def test_it_is_a_factur_x_invoice_in_pdf_a_3b():
    data = invoice()
    xml = cii.render(data)
    root = opened(data).root_object
    (attached,) = root["/AF"]
    assert attached["/AFRelationship"] == "/Alternative"
    assert attached["/UF"] == "factur-x.xml"
    assert attached["/EF"]["/F"].get_object().get_data() == xml
    assert opened(data).attachments["factur-x.xml"] == [xml]
    assert root["/OutputIntents"][0]["/S"] == "/GTS_PDFA1"
    metadata = etree.fromstring(root["/Metadata"].get_data())
    assert metadata.findtext(".//pdfaid:part", None, NAMESPACES) == "3"
    assert metadata.findtext(".//pdfaid:conformance", None, NAMESPACES) == "B"
    assert metadata.findtext(".//fx:ConformanceLevel", None, NAMESPACES) == "EN 16931"
    assert metadata.findtext(".//fx:DocumentFileName", None, NAMESPACES) == "factur-x.xml"
    assert metadata.findtext(".//fx:DocumentType", None, NAMESPACES) == "INVOICE"
    assert NAMESPACES["fx"] in [element.text for element in metadata.iterfind(".//{*}namespaceURI")]


def test_all_its_letters_are_embedded():
    fonts = 0
    for font in opened(invoice(language="pl")).pages[0]["/Resources"]["/Font"].values():
        (descendant,) = font["/DescendantFonts"]
        assert {"/FontFile2", "/FontFile3"} & descendant["/FontDescriptor"].keys()
        fonts += 1
    assert fonts


def test_every_letter_that_is_accepted_is_printed_in_the_font_of_invoices():
    letters = [chr(point) for point in range(0x20, 0x2600) if chr(point).isalpha()]
    name = " ".join(letter for letter in letters if invoice_font.is_printable(letter))
    assert len(name) > 2000
    buyer = replace(BUYERS["FR"], name=name)
    for page in opened(invoice(buyer=buyer)).pages:
        for font in page["/Resources"]["/Font"].values():
            assert "Inter" in font["/BaseFont"]
            assert "\ufffd" not in page.extract_text()


def test_the_same_invoice_gives_the_same_bytes():
    data = credit_note(invoice(POLISH_SELLER, language="pl"), 1_000_000)
    xml = cii.render(data)
    assert pdf.render(data, xml) == pdf.render(data, xml)
    assert opened(data).metadata["/CreationDate"] == "D:20261201000000Z"


def test_markup_in_a_name_is_printed_and_opens_no_file(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("SECRETCONTENT")
    os.utime(secret, (0, secret.stat().st_mtime))
    name = f'#import "x" <img src=file://{secret}> *b* $x$ #read("{secret}") \\ `c`'
    data = invoice(
        buyer=replace(BUYERS["DE"], name=name, street=f'#image("{secret}")'),
        lines=(InvoiceLine(name, 1, 2_500_000, 2_500_000),),
    )
    text = text_of(data)
    joined = text.replace(" ", "")
    assert joined.count(name.replace(" ", "")) == 2
    assert f'#image("{secret}")'.replace(" ", "") in joined
    assert "SECRETCONTENT" not in text
    assert secret.stat().st_atime == 0


def test_names_of_any_length_wrap_within_the_page():
    buyer = replace(BUYERS["DE"], name="W" * 300, street="ś " * 100)
    for page in opened(invoice(buyer=buyer, reference="R" * 60)).pages:
        edges = []
        page.extract_text(visitor_text=lambda text, cm, tm, font, size, e=edges: e.append(tm[4]))
        assert max(edges) < float(page.mediabox.width)
    joined = text_of(invoice(buyer=buyer)).replace(" ", "")
    assert "W" * 300 in joined


def test_names_of_35_lines_become_a_paragraph():
    name = "\n".join(f"Line{at}" for at in range(35))
    assert " ".join(name.split()) in text_of(invoice(buyer=replace(BUYERS["DE"], name=name)))


def test_letters_missing_in_the_font_do_not_prevent_an_invoice():
    text = text_of(invoice(buyer=replace(BUYERS["DE"], name="日本 😀 Łódź Ltd")))
    assert "�� � Łódź Ltd" in text


SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><rect width="9" height="9"/>{}</svg>'
)


def test_the_logo_replaces_the_name(tmp_path):
    logo = tmp_path / "logo.svg"
    logo.write_text(SVG.format(""))
    assert text_of(invoice()).count(GERMAN_SELLER.name) == 3
    assert text_of(invoice(logo=str(logo))).count(GERMAN_SELLER.name) == 2


@pytest.mark.parametrize(
    "content",
    [None, b"", b"\x89PNG broken", SVG.format('<image href="file:///etc/passwd"/>').encode()],
    ids=["absent", "empty", "broken", "linking"],
)
def test_a_logo_that_cannot_be_drawn_is_left_out(content, tmp_path):
    logo = tmp_path / "logo.png"
    if content is not None:
        logo.write_bytes(content)
    buyer = replace(BUYERS["DE"], name="חברה")
    assert text_of(invoice(buyer=buyer, logo=str(logo))) == text_of(invoice(buyer=buyer))
