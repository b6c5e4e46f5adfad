"""Sign-up forms: a public page, or a word to text, by which people get on a list."""

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, Index, Integer, SmallInteger, String, text
from sqlalchemy.orm import Mapped, mapped_column

from promosms.models.base import BigId, Model, Privacy, UtcDateTime, new_public_id, now
from promosms.models.processing import RECIPIENTS, Processing
from promosms.models.registry import KEY, N_, UNTIL_DELETED, Export

OPEN_KEYWORD = "keyword <> '' AND closed_at IS NULL"


class SignUpForm(Model):
    """A sign-up form of a list, in English, Polish or both: a language has a title and words.

    `token` is its public address. `wording_en_id` and `wording_pl_id` are the words that people
    agree to now; who agreed to earlier ones keeps those. At most `daily_limit` codes are texted a
    day: `texted` of them on the day `texted_on`, in the time of the account. `n_joined` people
    have signed up so far. A form whose list was deleted is closed.
    """

    __tablename__ = "sign_up_forms"
    __table_args__ = (
        Index(
            "ix_sign_up_forms_keyword",
            "keyword",
            unique=True,
            sqlite_where=text(OPEN_KEYWORD),
            postgresql_where=text(OPEN_KEYWORD),
        ),
    )
    privacy = Privacy.COLLECTED
    export = Export(
        "sign-up-forms",
        N_("Your sign-up forms."),
        without={"token": KEY},
        words={
            "title_en": N_("its title in English"),
            "title_pl": N_("its title in Polish"),
            "lead_en": N_("what it says below the title, in English"),
            "lead_pl": N_("what it says below the title, in Polish"),
            "wording_en_id": N_("the words to agree to in English, see wordings"),
            "wording_pl_id": N_("the words to agree to in Polish, see wordings"),
            "ask_name": N_("does it ask for the first name"),
            "daily_limit": N_("how many codes it texts a day at most"),
            "keyword": N_("the word that signs people up by text"),
            "n_joined": N_("how many people have signed up"),
            "texted_on": N_("when it has texted a code for the last time"),
            "texted": N_("how many codes it has texted on that day"),
            "created_by": N_("who has made it, see users"),
            "closed_at": N_("since when it is closed"),
        },
        referred=("form_id",),
    )
    retention = UNTIL_DELETED
    processing = Processing(RECIPIENTS, N_("Sign-up forms, and the words on them"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(20), unique=True, default=new_public_id)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    token: Mapped[str] = mapped_column(String(10), unique=True)
    list_id: Mapped[int | None] = mapped_column(
        ForeignKey("lists.id", ondelete="SET NULL"), index=True
    )
    title_en: Mapped[str] = mapped_column(String(80), default="")
    title_pl: Mapped[str] = mapped_column(String(80), default="")
    lead_en: Mapped[str] = mapped_column(String(400), default="")
    lead_pl: Mapped[str] = mapped_column(String(400), default="")
    wording_en_id: Mapped[int | None] = mapped_column(ForeignKey("wordings.id"))
    wording_pl_id: Mapped[int | None] = mapped_column(ForeignKey("wordings.id"))
    ask_name: Mapped[bool] = mapped_column(default=False)
    daily_limit: Mapped[int] = mapped_column(SmallInteger, default=50)
    keyword: Mapped[str] = mapped_column(String(20), default="")
    n_joined: Mapped[int] = mapped_column(Integer, default=0)
    texted_on: Mapped[date | None] = mapped_column(Date)
    texted: Mapped[int] = mapped_column(SmallInteger, default=0)
    created_by: Mapped[str] = mapped_column(String(20), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
