"""Companies: the buyers on invoices, asked for at the first top-up; and answers of VIES."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from promosms.models.base import BigId, Model, Privacy, UtcDateTime, now
from promosms.models.processing import INVOICES, Processing
from promosms.models.registry import ADD, ADD_AND_CHANGE, N_, WITH_ACCOUNT, Export, Retention


class Company(Model):
    """The buyer with the fields that VAT Directive art. 226 demands.

    `tax_id` is compact (digits and letters) and, in the EU, begins with the country prefix of VIES
    ("PL5260001246", "EL…" for Greece). It is empty without a tax number.
    """

    __tablename__ = "companies"
    privacy = Privacy.ACCOUNT
    customer_rights = ADD_AND_CHANGE
    export = Export(
        "company",
        N_("The company to which invoices are made out."),
        words={"street": N_("street"), "postcode": N_("postcode")},
    )
    retention = WITH_ACCOUNT
    processing = Processing(
        INVOICES, N_("Company, address, tax ID and e-mail address for invoices")
    )

    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    street: Mapped[str] = mapped_column(String(200))
    postcode: Mapped[str] = mapped_column(String(20), default="")
    city: Mapped[str] = mapped_column(String(100))
    country: Mapped[str] = mapped_column(String(2))
    tax_id: Mapped[str] = mapped_column(String(30), default="")
    email: Mapped[str] = mapped_column(String(254), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class TaxAnswer(StrEnum):
    """The answer of VIES. When VIES fails the answer is *unavailable*, never *invalid*."""

    VALID = "valid"
    INVALID = "invalid"
    UNAVAILABLE = "unavailable"


class TaxCheck(Model):
    """The evidence of one request to VIES; `consultation` is the number that proves it."""

    __tablename__ = "tax_checks"
    privacy = Privacy.ACCOUNT
    customer_rights = ADD
    export = Export(
        "tax-checks",
        N_("Questions to the EU (VIES) about your VAT number."),
        words={
            "answer": N_("what was answered"),
            "consultation": N_("the number that proves the question"),
            "raw": N_("the answer in full, for 30 days"),
            "checked_at": N_("when it was asked"),
        },
    )
    retention = Retention(
        "the answer in full: it was asked; the rest stays with the account",
        by="tax checks",
        limit=timedelta(days=30),
        what=N_("What the EU answered about a VAT number"),
    )
    processing = (
        Processing(INVOICES, N_("The answer of the EU about a VAT number in full")),
        Processing(
            INVOICES,
            N_("Whether the VAT number was valid, and the number that proves it"),
            kept=WITH_ACCOUNT,
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    tax_id: Mapped[str] = mapped_column(String(30))
    answer: Mapped[str] = mapped_column(String(11))
    consultation: Mapped[str] = mapped_column(String(60), default="")
    raw: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    checked_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
