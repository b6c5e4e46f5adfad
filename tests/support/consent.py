"""The consent of a recipient, as tests compare it."""

from datetime import date

from promosms.models import Recipient
from promosms.services.recipients import consents


def evidence(recipient: Recipient) -> tuple[str, str, date | None]:
    """The consent, where or how they agreed, and the day."""
    basis = consents.basis_of(consents.of(recipient))
    assert basis.consent == recipient.consent
    return basis.consent.value, basis.source, basis.day
