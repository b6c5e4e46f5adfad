"""The help pages in their order, which is the order in which a shop needs them."""

from collections.abc import Callable

from promosms.views.help import joining, money, people, sending, trust
from promosms.views.help.topic import Topic

ORDER: tuple[Callable[[], Topic], ...] = (
    sending.first_campaign,
    people.importing,
    people.consent,
    joining.signing_up,
    people.segments,
    people.replies,
    sending.prices,
    money.top_up,
    money.invoices,
    sending.accents,
    sending.delivery,
    trust.privacy,
    trust.safety,
    trust.encryption,
)


def topics() -> list[Topic]:
    """All topics in the reader's language."""
    return [topic() for topic in ORDER]
