"""E-mails about webhooks that do not answer."""

from datetime import datetime

from promosms.language import gettext as _
from promosms.language import moment
from promosms.models import WebhookEndpoint
from promosms.services.mail.emails import EmailText, paragraphs
from promosms.urls import public_address

PAGE = "/settings/webhooks"


def failing(endpoint: WebhookEndpoint) -> EmailText:
    """To an owner: an endpoint has taken nothing for a day."""
    return _("A webhook does not answer"), paragraphs(
        _(
            "Your program at %(url)s has taken nothing since %(moment)s. Each event is tried for "
            "24 hours. If nothing is taken for three days, the webhook is switched off.",
            url=endpoint.url,
            moment=moment(endpoint.failing_since),
        ),
        _("The log of the webhook says what the program answers:"),
        page_of(endpoint),
    )


def disabled(endpoint: WebhookEndpoint, since: datetime) -> EmailText:
    """To an owner: an endpoint has taken nothing for days and is told nothing any more."""
    return _("A webhook was switched off"), paragraphs(
        _(
            "Your program at %(url)s has taken nothing since %(moment)s, so nothing is sent to it "
            "any more. Texts and campaigns are not concerned.",
            url=endpoint.url,
            moment=moment(since),
        ),
        _("When the program works again, switch the webhook on, and send again what it missed:"),
        page_of(endpoint),
    )


def gone(endpoint: WebhookEndpoint) -> EmailText:
    """To an owner: an endpoint has said that it is gone for good."""
    return _("A webhook was switched off"), paragraphs(
        _(
            "The server at %(url)s has answered that this address is gone for good (410), so "
            "nothing is sent to it any more. Texts and campaigns are not concerned.",
            url=endpoint.url,
        ),
        _("If that is a mistake, switch the webhook on again:"),
        page_of(endpoint),
    )


def page_of(endpoint: WebhookEndpoint) -> str:
    """The address of its page."""
    return public_address(f"{PAGE}/{endpoint.public_id}")
