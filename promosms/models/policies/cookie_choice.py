"""Choices about optional cookies: the record of the question and the answer."""

from datetime import datetime, timedelta

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from promosms.models.base import BigId, Model, Privacy, UtcDateTime, new_public_id, now
from promosms.models.processing import COOKIES, Processing
from promosms.models.registry import N_, NO_RIGHTS, NOBODYS, Retention


class CookieChoice(Model):
    """Contains a random id, but no address and no user.

    `version` is that of the policy that was shown, `accepted` and `rejected` are categories,
    separated by spaces. Article 7(1) of the GDPR asks for a record of consent.
    """

    __tablename__ = "cookie_choices"
    privacy = Privacy.SYSTEM
    customer_rights = NO_RIGHTS
    export = NOBODYS
    retention = Retention(
        "it was made",
        by="cookie choices",
        limit=timedelta(days=366),
        what=N_("Answers to the question about optional cookies"),
    )
    processing = Processing(
        COOKIES,
        N_("A random number, the answer, the language, the version of the page and the time"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(20), unique=True, default=new_public_id)
    version: Mapped[str] = mapped_column(String(10))
    accepted: Mapped[str] = mapped_column(String(300), default="")
    rejected: Mapped[str] = mapped_column(String(300), default="")
    language: Mapped[str] = mapped_column(String(5))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, index=True)
