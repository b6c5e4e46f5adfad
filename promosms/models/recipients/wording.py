"""Wordings: the sentences that people agree to, in every version that was ever used."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from promosms.models.base import BigId, Model, Privacy, UtcDateTime, new_public_id, now
from promosms.models.processing import RECIPIENTS, Processing
from promosms.models.registry import ADD_AND_CHANGE, N_, WITH_ACCOUNT, Export

LONGEST_WORDING = 5000


class Wording(Model):
    """A version of words that people agree to. The database refuses to change one.

    Another text is a new version of the same `series`. `digest` is the SHA-256 of the text in
    UTF-8, so that it can be proved which words they were. `by` is the public id of the user who
    wrote it. Since `retired_at` it is not offered any more; what was agreed to stays.
    """

    __tablename__ = "wordings"
    __table_args__ = (Index("ix_wordings_version", "account_id", "series", "version", unique=True),)
    privacy = Privacy.COLLECTED
    export = Export(
        "wordings",
        N_("The words that people agreed to, in every version."),
        words={
            "series": N_("versions of the same words share it"),
            "version": N_("the number of the version"),
            "digest": N_("SHA-256 of the text, which proves that it is still the same"),
            "by": N_("who has recorded it, see users"),
            "retired_at": N_("since when it is not offered any more"),
        },
        referred=("wording_id", "wording_en_id", "wording_pl_id"),
    )
    retention = WITH_ACCOUNT
    processing = Processing(RECIPIENTS, N_("The words that they agreed to, in every version"))
    customer_rights = ADD_AND_CHANGE

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(20), unique=True, default=new_public_id)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    series: Mapped[str] = mapped_column(String(20))
    version: Mapped[int] = mapped_column(Integer, default=1)
    name: Mapped[str] = mapped_column(String(80))
    language: Mapped[str] = mapped_column(String(2))
    text: Mapped[str] = mapped_column(Text)
    digest: Mapped[str] = mapped_column(String(64))
    by: Mapped[str] = mapped_column(String(20), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
