"""Campaign costs: the charge of an ended campaign, stored because counting texts takes long."""

from sqlalchemy import BigInteger, ForeignKey, Integer, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from promosms.models.base import Model, Privacy
from promosms.models.processing import MONEY, Processing
from promosms.models.registry import N_, READ, WITH_ACCOUNT, Export


class CampaignCost(Model):
    """The texts of a campaign with the same country, number of parts and price, in two groups.

    `taken` texts were accepted by a gateway and `charged`; for the others (`returned`) the money
    that was set aside was `released`. `price` is the price of a text with this number of parts.
    """

    __tablename__ = "campaign_costs"
    privacy = Privacy.ACCOUNT
    customer_rights = READ
    export = Export(
        "campaign_costs",
        N_("What ended campaigns have cost, by country, length and price."),
        words={
            "taken": N_("messages that a gateway accepted"),
            "returned": N_("messages whose price came back"),
            "released": N_("what came back"),
        },
        money=("price", "charged", "released"),
    )
    retention = WITH_ACCOUNT
    processing = Processing(MONEY, N_("What campaigns have cost, as figures"))

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"), primary_key=True)
    country: Mapped[str] = mapped_column(String(2), primary_key=True)
    parts: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    price: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    taken: Mapped[int] = mapped_column(Integer)
    charged: Mapped[int] = mapped_column(BigInteger)
    returned: Mapped[int] = mapped_column(Integer)
    released: Mapped[int] = mapped_column(BigInteger)
