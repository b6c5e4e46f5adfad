"""What the API says of the account: its money, its routes and senders, and prices."""

from typing import Annotated

from pydantic import Field

from promosms.forms.api.shared import Given, Moment, Money, Parameters
from promosms.lib.json_patterns import COUNTRY


class BalanceOut(Given):
    """The money of the account."""

    balance: Annotated[Money, Field(description="What can be spent.")]
    held: Annotated[Money, Field(description="What is set aside for texts on their way.")]
    currency: str


class RouteOut(Given):
    """A way by which texts can leave."""

    code: str
    name: str
    description: str
    sender: Annotated[str, Field(description="What people see if no name is chosen.")]
    answerable: Annotated[bool, Field(description="Can people answer that sender?")]
    names: Annotated[bool, Field(description="Does it carry sender names of the account?")]
    flash: Annotated[bool, Field(description="Do its texts open on the screen and are not kept?")]
    default: bool


class RoutesOut(Given):
    """All routes that the account can use."""

    routes: list[RouteOut]


class SenderOut(Given):
    """A sender name that the account may use."""

    name: str
    registered_in: Annotated[
        list[str], Field(description="Where it is registered, by ISO 3166, if that is needed.")
    ]
    approved_at: Moment | None


class SendersOut(Given):
    """All sender names that the account may use."""

    senders: list[SenderOut]


class PriceOut(Given):
    """What one part costs."""

    country: Annotated[str, Field(description="By ISO 3166.")]
    prefix: Annotated[
        str, Field(description="Only numbers that begin so, without the plus sign; empty for all.")
    ]
    price: Money


class PricesOut(Given):
    """The prices of a route for this account, net, for one part."""

    route: str
    currency: str
    prices: list[PriceOut]


class PriceQuery(Parameters):
    """Which prices."""

    route: Annotated[str, Field(max_length=20, description="The code of a route.")] = ""
    country: Annotated[
        str, Field(pattern=COUNTRY, description="Only of this country, by ISO 3166.")
    ] = ""
