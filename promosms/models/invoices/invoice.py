"""Invoices and credit notes: numbered without gaps, frozen when they are issued."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Date,
    ForeignKey,
    Integer,
    LargeBinary,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from promosms.models.base import BigId, Model, Privacy, UtcDateTime, new_public_id, now
from promosms.models.processing import INVOICES, NotPersonal, Processing
from promosms.models.registry import (
    ADD,
    ADD_AND_CHANGE,
    N_,
    NOBODYS,
    READ,
    REPEATED,
    WITH_INSTALLATION,
    Export,
    NotExported,
    Retention,
)

KEPT = N_(
    "%(time)s from the end of the year of the invoice, because tax law requires it. When the "
    "account is deleted nothing leads from them to it any more: what stays is what is printed on "
    "the invoice."
)


class InvoiceKind(StrEnum):
    """A credit note refers to the invoice that it corrects."""

    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"


class InvoiceSeries(Model):
    """The last number of a series in a year; changed in the transaction that uses the number."""

    __tablename__ = "invoice_series"
    privacy = Privacy.SYSTEM
    customer_rights = ADD_AND_CHANGE
    export = NOBODYS
    retention = WITH_INSTALLATION
    processing = NotPersonal("The last number of each series.")

    series: Mapped[str] = mapped_column(String(12), primary_key=True)
    year: Mapped[int] = mapped_column(Integer, primary_key=True)
    last: Mapped[int] = mapped_column(Integer, default=0)


class Invoice(Model):
    """`data` is the frozen copy (documents/data.py), `digest` its SHA-256.

    The other columns repeat the values that lists and sums need. Money in 1/10,000, negative on a
    credit note. There is no foreign key to accounts: when an account is erased, `account_id` is
    emptied, `created_at` is cut to the day, and the invoice is kept until `purge_after`.
    """

    __tablename__ = "invoices"
    __table_args__ = (UniqueConstraint("series", "year", "number"),)
    privacy = Privacy.LEGAL
    customer_rights = READ
    export = Export(
        "invoices",
        N_("Your invoices and credit notes. Their files are in the folder invoices."),
        without=dict.fromkeys(
            ("public_id", "series", "year", "number", "data", "digest"), REPEATED
        ),
        words={
            "original_id": N_("the invoice that a credit note corrects"),
            "label": N_("number"),
            "issued_on": N_("day of issue"),
            "purge_after": N_("until when the law wants it kept"),
        },
        money=("net", "tax", "gross"),
        referred=("invoice_id", "original_id"),
        shown="label",
    )
    retention = Retention(
        "`purge_after`, because the law wants it kept",
        by="invoices",
        setting="INVOICE_YEARS",
        words=KEPT,
    )
    processing = Processing(
        INVOICES, N_("Invoices and credit notes with all that is printed on them")
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(20), unique=True, default=new_public_id)
    account_id: Mapped[int | None] = mapped_column(BigId, index=True)
    top_up_id: Mapped[int | None] = mapped_column(BigId, index=True)
    original_id: Mapped[int | None] = mapped_column(ForeignKey("invoices.id"), index=True)
    kind: Mapped[str] = mapped_column(String(11))
    series: Mapped[str] = mapped_column(String(12))
    year: Mapped[int] = mapped_column(Integer)
    number: Mapped[int] = mapped_column(Integer)
    label: Mapped[str] = mapped_column(String(40), unique=True)
    issued_on: Mapped[date] = mapped_column(Date, index=True)
    currency: Mapped[str] = mapped_column(String(3))
    tax_case: Mapped[str] = mapped_column(String(20))
    rate: Mapped[int] = mapped_column(Integer)
    net: Mapped[int] = mapped_column(BigInteger)
    tax: Mapped[int] = mapped_column(BigInteger)
    gross: Mapped[int] = mapped_column(BigInteger)
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    digest: Mapped[str] = mapped_column(String(64))
    purge_after: Mapped[date] = mapped_column(Date)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class InvoiceDocument(Model):
    """A file rendered from the frozen copy: PDF, XML, or the Polish structured invoice."""

    __tablename__ = "invoice_documents"
    privacy = Privacy.LEGAL
    customer_rights = ADD
    row_policy = "invoice_id IN (SELECT id FROM invoices)"
    export = NotExported("Its files are in the folder invoices of the export.", listed=False)
    retention = Retention("its invoice goes", by="invoices", setting="INVOICE_YEARS", words=KEPT)
    processing = Processing(INVOICES, N_("Their files"))

    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoices.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(4), primary_key=True)  # "pdf", "xml", "fa3"
    content: Mapped[bytes] = mapped_column(LargeBinary)
    digest: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
