"""Sign-ups: people who have typed their number into a sign-up form, until they type the code."""

from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, SmallInteger, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from promosms.models.base import BigId, Model, Privacy, UtcDateTime, new_public_id, now
from promosms.models.processing import RECIPIENTS, Processing
from promosms.models.registry import KEY, MACHINERY, N_, Export, Retention


class SignUp(Model):
    """A number that waits for the code that was texted to it; `code_hash` is the hash of the code.

    A number has one row a form: another code replaces the one before, `texts` is how many there
    were and `tries` how often this one was typed wrong. Once it is confirmed the consent is the
    proof: number and name are emptied in the same transaction, and what is left only knows a second
    click from a wrong code.
    """

    __tablename__ = "sign_ups"
    __table_args__ = (UniqueConstraint("form_id", "phone"),)
    privacy = Privacy.COLLECTED
    export = Export(
        "sign-ups",
        N_("People who have typed their number into a sign-up form, and not the code yet."),
        without={"code_hash": KEY, "tries": MACHINERY, "texts": MACHINERY},
        words={
            "form_id": N_("the sign-up form, see sign-up-forms"),
            "first_name": N_("first name"),
            "wording_id": N_("the words that they agreed to, see wordings"),
            "texted_at": N_("when the code was texted"),
            "expires_at": N_("until when the code can be used"),
        },
    )
    retention = Retention(
        "a code was texted",
        by="sign-ups",
        limit=timedelta(days=1),
        what=N_("Numbers in sign-up forms that were not confirmed"),
    )
    processing = Processing(
        RECIPIENTS,
        N_("Who has typed a number into a sign-up form and not the code: number and first name"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(20), unique=True, default=new_public_id)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    form_id: Mapped[int] = mapped_column(ForeignKey("sign_up_forms.id", ondelete="CASCADE"))
    phone: Mapped[str | None] = mapped_column(String(16))
    first_name: Mapped[str] = mapped_column(String(100), default="")
    language: Mapped[str] = mapped_column(String(2))
    wording_id: Mapped[int | None] = mapped_column(ForeignKey("wordings.id"))
    code_hash: Mapped[str] = mapped_column(String(200))
    tries: Mapped[int] = mapped_column(SmallInteger, default=0)
    texts: Mapped[int] = mapped_column(SmallInteger, default=1)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    texted_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, index=True)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
