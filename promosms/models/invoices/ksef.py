"""What is known of an invoice in KSeF, the Polish system of structured invoices."""

from datetime import date

from sqlalchemy import Date, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from promosms.models.base import Model, Privacy
from promosms.models.invoices.invoice import KEPT
from promosms.models.processing import INVOICES, Processing
from promosms.models.registry import N_, READ, NotExported, Retention


class InvoiceKsef(Model):
    """The KSeF number of an invoice, beside the invoice, which is never changed.

    Without a number it is known that the invoice was issued outside KSeF; without a row nothing is
    known. `document_hash` is the SHA-256 of the XML in KSeF if a receipt says it. There is a day
    and no time, so that nothing leads to an account that has left.
    """

    __tablename__ = "invoice_ksef"
    privacy = Privacy.LEGAL
    row_policy = "invoice_id IN (SELECT id FROM invoices)"
    customer_rights = READ
    export = NotExported("It stands on the PDF for KSeF in the folder invoices.", listed=False)
    retention = Retention("its invoice goes", by="invoices", setting="INVOICE_YEARS", words=KEPT)
    processing = Processing(INVOICES, N_("The numbers that KSeF has given to invoices"))

    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoices.id"), primary_key=True)
    number: Mapped[str | None] = mapped_column(String(35), unique=True)
    document_hash: Mapped[str] = mapped_column(String(64), default="", server_default="")
    recorded_on: Mapped[date] = mapped_column(Date)
