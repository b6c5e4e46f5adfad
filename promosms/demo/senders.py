"""Sender names of the demo account: one that can be used, and one that an admin has to look at."""

from promosms.models import Account, User
from promosms.services.senders import decisions, requests
from promosms.services.senders.requests import Evidence

SAID = Evidence("News of our shops, once a month", "Studio Demo Ltd", "studio.example")
COURIER = Evidence("Where parcels of our customers are", "Studio Demo Ltd")


def seed(account: Account, owner: User) -> str:
    """Ask for both names and approve the first; returns its public id."""
    sender = requests.ask(account, "StudioDemo", SAID, owner.public_id)
    decisions.approve(sender.id, "Seen on the website", [], "server")
    requests.ask(account, "DHL Demo", COURIER, owner.public_id)
    return sender.public_id
