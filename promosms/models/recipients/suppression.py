"""Suppressions: numbers that an account must not text, even after a new import."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from promosms.models.base import BigId, Model, Privacy, UtcDateTime, new_public_id, now
from promosms.models.processing import RECIPIENTS, Processing
from promosms.models.registry import N_, UNTIL_DELETED, Export


class SuppressionSource(StrEnum):
    """How the number got on the suppression list."""

    KEYWORD = "keyword"  # a STOP word
    LINK = "link"
    HELD = "held"  # perhaps asked for in other words: until a person has read the reply
    WORDS = "words"  # asked for in other words, as a person has read
    FAILURE = "failure"  # hard failure: the network says that the number has opted out
    REPLY = "reply"  # a reply whose words are not known any more
    HAND = "hand"
    IMPORT = "import"


class Suppression(Model):
    """A suppressed number. It stays when the recipient is deleted and imported again.

    `confirmed_at` is the time of the one text that confirms an opt-out to the recipient.
    The evidence of a reply is its `text`, when it came and to which number. It outlives the reply
    itself, because the account may have to prove the opt-out. `decided_by` is the public id of the
    user who has read a reply in other words.
    """

    __tablename__ = "suppressions"
    __table_args__ = (UniqueConstraint("account_id", "phone"),)
    privacy = Privacy.COLLECTED
    export = Export(
        "opt-outs",
        N_("Numbers that must not be texted."),
        words={
            "source": N_(
                "how it came here: keyword, link, held (until read), words, failure, reply, hand "
                "or import"
            ),
            "text": N_("the reply as it came"),
            "inbound_number": N_("the number that it was sent to"),
            "received_at": N_("when it came"),
            "decided_by": N_("who has read it, see users"),
            "decided_at": N_("when it was decided"),
        },
    )
    retention = UNTIL_DELETED
    processing = Processing(
        RECIPIENTS,
        N_("Numbers that have opted out, since when, how and in which words"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(20), unique=True, default=new_public_id)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    phone: Mapped[str] = mapped_column(String(16))
    source: Mapped[str] = mapped_column(String(8))
    text: Mapped[str] = mapped_column(Text, default="")
    inbound_number: Mapped[str] = mapped_column(String(20), default="")
    received_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[str] = mapped_column(String(20), default="")
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
