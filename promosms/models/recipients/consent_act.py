"""Consents: acts by which people have agreed to promotional texts, or withdrawn that."""

from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import BigInteger, Date, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from promosms.models.base import BigId, Model, Privacy, UtcDateTime, new_public_id, now
from promosms.models.processing import RECIPIENTS, Processing
from promosms.models.recipients.recipient import Consent
from promosms.models.registry import ADD, ADD_AND_DELETE, N_, UNTIL_DELETED, Export, Retention


class ConsentHow(StrEnum):
    """How an act came into the account. An import and many at once are about many people."""

    IMPORT = "import"
    HAND = "hand"
    BULK = "bulk"  # for many at once, on a page
    FORM = "form"  # a sign-up form, confirmed by the code of a text
    KEYWORD = "keyword"  # a text with the word of a sign-up form
    API = "api"  # a program of the account


OF_ONE = (ConsentHow.HAND, ConsentHow.FORM, ConsentHow.KEYWORD, ConsentHow.API)
"""Acts about one person, who may be named in them: they go with that person."""


class ConsentAct(Model):
    """An act that gives or withdraws consent, for one person or for many.

    The database refuses to change one. `recipients.consent_id` names the act in force: an import
    of a million people is one act. `source` is where or how they agreed, `agreed_on` the day; a
    withdrawal has neither. `by` is the public id of the user who has recorded it, empty if the
    person did it; of a program it is who has made its key. An act about one person goes with them,
    because its source may name them.
    """

    __tablename__ = "consents"
    __table_args__ = (Index("ix_consents_account", "account_id", "id"),)
    privacy = Privacy.COLLECTED
    export = Export(
        "consents",
        N_("The acts by which people agreed, or withdrew that: each for one person or for many."),
        words={
            "state": N_("did they agree to promotions: given or none"),
            "how": N_(
                "how it was recorded: by an import, by hand for one, in bulk for many, by the "
                "person in a sign-up form (form) or with a text (keyword), or by a program (api)"
            ),
            "source": N_("where or how they agreed"),
            "agreed_on": N_("the day on which they agreed"),
            "wording_id": N_("the words that they agreed to, see wordings"),
            "by": N_("who has recorded it, see users"),
            "import_id": N_("the import that brought it, see imports"),
        },
        referred=("consent_id",),
    )
    retention = Retention(
        "nobody refers to it",
        by="consents",
        limit=timedelta(days=60),
        what=N_("Consents to promotions"),
    )
    processing = Processing(
        RECIPIENTS, N_("Consents: where or how people agreed, on which day, and who recorded it")
    )
    customer_rights = ADD_AND_DELETE

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(20), unique=True, default=new_public_id)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    state: Mapped[str] = mapped_column(String(5), default=Consent.GIVEN)
    how: Mapped[str] = mapped_column(String(7))
    source: Mapped[str] = mapped_column(String(300), default="")
    agreed_on: Mapped[date | None] = mapped_column(Date)
    wording_id: Mapped[int | None] = mapped_column(ForeignKey("wordings.id"), index=True)
    import_id: Mapped[int | None] = mapped_column(ForeignKey("imports.id"), index=True)
    by: Mapped[str] = mapped_column(String(20), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class ConsentChange(Model):
    """An act that was in force for a recipient, until another replaced it.

    A trigger writes it when `recipients.consent_id` changes, so that no code can forget it
    (consent_triggers.py). These rows and the act in force are the history of a recipient.
    """

    __tablename__ = "consent_changes"
    privacy = Privacy.COLLECTED
    export = Export(
        "consent-changes",
        N_("Consents that were in force before others replaced them."),
        words={
            "recipient_id": N_("whose it was, see recipients"),
            "replaced_at": N_("until when it was in force"),
        },
    )
    retention = UNTIL_DELETED
    processing = Processing(RECIPIENTS, N_("Earlier consents, and until when they were in force"))
    customer_rights = ADD

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    recipient_id: Mapped[int] = mapped_column(
        ForeignKey("recipients.id", ondelete="CASCADE"), index=True
    )
    consent_id: Mapped[int] = mapped_column(BigInteger)
    replaced_at: Mapped[datetime] = mapped_column(UtcDateTime)
