"""KSeF numbers beside invoices, in corrections, and on a PDF of their own."""

import base64
import hashlib
import io

import pypdf
import pytest
from flask import Flask

from promosms.documents import ksef as numbers
from promosms.documents.ksef import BadNumber, NumberProblem
from promosms.extensions import db
from promosms.models import Invoice, InvoiceDocument
from promosms.services.invoices import files, invoices, ksef
from tests.documents import checks
from tests.support.cast import Cast
from tests.support.invoicing import POLISH, issued, today
from tests.support.settings import override

NIP = "5260001246"
RECEIPT = (
    '<Potwierdzenie xmlns="http://upo.schematy.mf.gov.pl/KSeF/v4-3"><Dokument>'
    "<NumerKSeFDokumentu>{number}</NumerKSeFDokumentu><NumerFaktury>{label}</NumerFaktury>"
    "<SkrotDokumentu>{hash}</SkrotDokumentu></Dokument></Potwierdzenie>"
)


@pytest.fixture
def account(app: Flask, cast: Cast, context: None) -> int:
    override(app, POLISH)
    return cast.owner.account_id


def polish(account: int) -> Invoice:
    return issued(account, rate=2300, currency="PLN", language="pl")


def number(part: str = "0100001AF629", nip: str = NIP, day: str = "") -> str:
    """A right number of today."""
    text = f"{nip}-{day or f'{today():%Y%m%d}'}-{part}"
    return f"{text}-{numbers.crc8(text.encode()):02X}"


def test_a_correction_waits_for_what_is_known_of_its_original(account: int) -> None:
    invoice, other = polish(account), polish(account)
    note, outside = invoices.credit(invoice, 61_500, "", ""), invoices.credit(other, 61_500, "", "")
    files.complete(note.id)
    assert [files.kinds(row) for row in (invoice, note)] == [["pdf", "xml", "fa3"], ["pdf", "xml"]]
    assert {row.id for row in ksef.waiting()} == {invoice.id, other.id, note.id, outside.id}
    assert ksef.record(invoice, number().lower(), "admin")
    assert not ksef.record(invoice, number(), "admin")
    xml = files.file(note, "fa3")
    assert checks.fa3(xml) == []
    assert f"<NrKSeFFaKorygowanej>{number()}</NrKSeFFaKorygowanej>".encode() in xml
    assert b"NrKSeFN" not in xml
    assert ksef.record_outside(other, "admin")
    assert not ksef.record_outside(other, "admin")
    assert ksef.record(other, number("0100001AF62A"), "admin")  # nothing says it yet
    assert ksef.record_outside(other, "admin")
    xml = files.file(outside, "fa3")
    assert checks.fa3(xml) == []
    assert b"<NrKSeFN>1</NrKSeFN>" in xml
    with pytest.raises(BadNumber, match="used"):
        ksef.record(other, number("0100001AF62A"), "admin")


def test_an_earlier_file_that_was_not_sure_is_not_given_out(account: int) -> None:
    invoice = polish(account)
    note = invoices.credit(invoice, 61_500, "", "")
    old = {"content": b"<NrKSeFN>1</NrKSeFN>", "digest": "x"}
    db.session.add(InvoiceDocument(invoice_id=note.id, kind="fa3", **old))
    db.session.commit()
    assert "fa3" not in files.kinds(note)
    ksef.record(invoice, number(), "admin")
    assert b"NrKSeFFaKorygowanej" in files.file(note, "fa3")


def test_the_pdf_has_the_number_and_the_link_of_the_xml(app: Flask, account: int) -> None:
    invoice = polish(account)
    before = files.file(invoice, "pdf")
    ksef.record(invoice, number(), "admin")
    assert files.file(invoice, "pdf") == before
    assert files.name(invoice, "ksef").endswith("-KSeF.pdf")
    page = pypdf.PdfReader(io.BytesIO(files.file(invoice, "ksef"))).pages[0]
    assert number() in page.extract_text().replace("\n", "")
    sent = hashlib.sha256(files.file(invoice, "fa3")).digest()
    assert _printed(invoice) == f"https://qr.ksef.mf.gov.pl/{_path(invoice, sent)}"
    other = hashlib.sha256(b"as another program has written it").digest()
    ksef.record(invoice, number(), "admin", other.hex())  # a receipt knows better
    override(app, ksef_qr_url="https://qr-test.ksef.mf.gov.pl/")
    assert _printed(invoice) == f"https://qr-test.ksef.mf.gov.pl/{_path(invoice, other)}"


def _path(invoice: Invoice, digest: bytes) -> str:
    code = base64.urlsafe_b64encode(digest).decode().rstrip("=")
    return f"invoice/{NIP}/{invoice.issued_on:%d-%m-%Y}/{code}"


def _printed(invoice: Invoice) -> str:
    """The link beside the code."""
    page = pypdf.PdfReader(io.BytesIO(files.file(invoice, "ksef"))).pages[0]
    (link,) = [note.get_object()["/A"]["/URI"] for note in page["/Annots"]]
    return str(link)


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        (number(nip="5265877635"), NumberProblem.SELLER),
        (number(day="20250826"), NumberProblem.EARLY),
        (number(day="20990101"), NumberProblem.EARLY),
        (number()[:-2] + "XX", NumberProblem.FORM),
        (number("0100001AF62B"), NumberProblem.TAKEN),
    ],
)
def test_a_number_of_another_invoice_is_refused(
    account: int, typed: str, problem: NumberProblem
) -> None:
    ksef.record(polish(account), number("0100001AF62B"), "admin")
    with pytest.raises(BadNumber) as error:
        ksef.record(polish(account), typed, "admin")
    assert error.value.problem == problem


def test_numbers_are_read_from_receipts_and_tables(account: int) -> None:
    first, second, third = (polish(account) for _ in range(3))
    digest = base64.b64encode(hashlib.sha256(b"x").digest()).decode()
    receipt = RECEIPT.format(number=number(), label=first.label, hash=digest).encode()
    assert ksef.read_file(receipt, "admin").recorded == [first.label]
    assert ksef.read_file(b"\xef\xbb\xbf" + receipt, "admin").known == [first.label]
    row = ksef.of(first.id)
    assert row is not None
    assert row.document_hash == hashlib.sha256(b"x").hexdigest()
    table = (
        "Numer KSeF;Kwota;Numer\n"
        f'{number("0100001AF62C")};615,00;"{second.label}"\n'
        f"{number()};1;{third.label}\n"
        f"{number('0100001AF62D')};1;FV/1/2026\n"
    )
    outcome = ksef.read_file(table.encode("utf-8-sig"), "admin")
    assert outcome.recorded == [second.label]
    assert outcome.bad == [(third.label, NumberProblem.TAKEN)]
    assert outcome.unknown == ["1"]
    for content in (b"", b"a;b\n1;2\n", b"<Faktura/>", b"\xff\xfe\x00", b"<"):
        with pytest.raises(ksef.BadFile):
            ksef.read_file(content, "admin")


def test_a_table_of_any_spreadsheet_is_read(account: int) -> None:
    """Polish Excel writes Windows-1250, or UTF-16 as "Unicode text"."""
    invoices_of_ours = [polish(account) for _ in range(3)]
    for at, (encoding, cell) in enumerate(
        [("cp1250", "{}"), ("utf-16", '"=""{}"""'), ("iso8859-2", "nr {}")]
    ):
        label, ksef_number = invoices_of_ours[at].label, number(f"0100001AF6{at:02d}")
        separator = "\t" if encoding == "utf-16" else ";"
        rows = ["Nr własny;Numer KSeF;Źródło", f"{label};{cell.format(ksef_number)};Żółć"]
        table = "\r\n".join(rows).replace(";", separator).encode(encoding)
        assert ksef.read_file(table, "admin").recorded == [label], encoding
