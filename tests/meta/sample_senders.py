"""Sender names of the account with an object of every kind."""

from promosms.models import Account
from promosms.services.senders import decisions, requests
from promosms.services.senders.requests import Evidence


def ids(account: Account) -> dict[str, str]:
    """A name that waits, and one that is approved: their public ids by kind."""
    said = Evidence("Offers", "Milk Bar")
    waiting = requests.ask(account, "Milk Bar", said, "test")
    used = requests.ask(account, "MilkBar24", said, "test")
    decisions.approve(used.id, "", ["CZ"], "test")
    return {"sender requested": waiting.public_id, "sender approved": used.public_id}
