"""The help pages in their order, which is the order in which a shop needs them."""

from collections.abc import Callable

from promosms.views.help import (
    by_itself,
    colleagues,
    joining,
    money,
    people,
    programs,
    sending,
    trust,
    writing,
)
from promosms.views.help.topic import Topic

ORDER: tuple[Callable[[], Topic], ...] = (
    sending.first_campaign,
    people.importing,
    people.consent,
    joining.signing_up,
    people.segments,
    people.replies,
    colleagues.inbox,
    by_itself.answers,
    sending.prices,
    money.top_up,
    money.invoices,
    sending.accents,
    writing.templates,
    writing.leaving,
    writing.two_texts,
    by_itself.automations,
    sending.delivery,
    programs.connecting,
    trust.privacy,
    trust.safety,
    colleagues.together,
    trust.encryption,
)


def topics() -> list[Topic]:
    """All topics in the reader's language."""
    return [topic() for topic in ORDER]
