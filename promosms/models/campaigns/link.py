"""Short links: the addresses of a campaign's text, and who has opened them."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from promosms.models.base import BigId, Model, Privacy, UtcDateTime
from promosms.models.processing import CAMPAIGNS, Processing
from promosms.models.registry import MACHINERY, N_, READ, WITH_ACCOUNT, Export, Retention


class LinkKind(StrEnum):
    """What a link in a text is for."""

    ADDRESS = "address"
    OPT_OUT = "opt_out"  # of the campaign itself; it has no target


class Link(Model):
    """An address of a text that is shortened: `target` is where it leads.

    There is no row for each recipient: what stands in a text is a code of the link and the
    recipient (services/links/links.py). It works as long as the account exists, also when the texts
    were deleted. `people` is how many have opened it, and `clicks` how often they did; they stay
    when it is no longer known who. Of a link to opt out `people` have done so. `prepared_at` is
    when the last recipient had a code: NULL for a draft, whose links are in tests only. An id of a
    deleted recipient may be given again, so recipients who were added later have none.
    """

    __tablename__ = "links"
    __table_args__ = (
        UniqueConstraint("campaign_id", "kind", "target"),
        {"sqlite_autoincrement": True},  # a code must never lead to another address
    )
    privacy = Privacy.COLLECTED
    export = Export(
        "links",
        N_("The addresses of your texts that were shortened, and how often they were opened."),
        without={"prepared_at": MACHINERY},
        words={
            "target": N_("where it leads"),
            "people": N_("how many people have opened it"),
            "clicks": N_("how often it was opened"),
        },
        parent="campaign_id",
        referred=("link_id",),
        shown="target",
    )
    retention = WITH_ACCOUNT
    processing = Processing(
        CAMPAIGNS, N_("The addresses in a text, and how many people have opened them")
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(7), default=LinkKind.ADDRESS)
    target: Mapped[str] = mapped_column(Text, default="")
    people: Mapped[int] = mapped_column(Integer, default=0)
    clicks: Mapped[int] = mapped_column(Integer, default=0)
    prepared_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Click(Model):
    """That a recipient has opened a link: the first time, the last time, how often.

    Nothing else is stored of it: no IP address, no browser, no cookie.
    """

    __tablename__ = "clicks"
    __table_args__ = (
        Index("ix_clicks_recipient", "recipient_id"),
        Index("ix_clicks_first", "account_id", "first_at"),
    )
    privacy = Privacy.COLLECTED
    customer_rights = READ
    export = Export(
        "clicks",
        N_("Who has opened which link of your texts, and when."),
        words={
            "link_id": N_("where the link leads, see links"),
            "recipient_id": N_("the recipient, see recipients"),
            "first_at": N_("when it was opened first"),
            "last_at": N_("when it was opened last"),
            "times": N_("how often it was opened"),
        },
        parent="link_id",
    )
    retention = Retention(
        "they opened it first",
        by="clicks",
        setting="Account.retention_days",
        what=N_("Who has opened a link"),
    )
    processing = Processing(
        CAMPAIGNS, N_("Who has opened which link of a text, when and how often")
    )

    link_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("links.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    recipient_id: Mapped[int] = mapped_column(
        BigId,
        ForeignKey("recipients.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    )
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    first_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_at: Mapped[datetime] = mapped_column(UtcDateTime)
    times: Mapped[int] = mapped_column(Integer, default=1)
