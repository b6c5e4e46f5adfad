"""The link that opens the simulated phone."""

from urllib.parse import urlsplit

from promosms.services.gateways import simulated_phone
from tests.support.pages import PageClient


def open_phone(client: PageClient) -> PageClient:
    """Open the phone in this browser with the link that the start prints."""
    with client.application.app_context():
        path = urlsplit(simulated_phone.link()).path
    assert client.get(path).location == "/phone"
    return client
