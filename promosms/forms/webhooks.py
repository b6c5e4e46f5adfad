"""The form of a webhook: where it is, and what it is told."""

from enum import StrEnum
from typing import ClassVar

from wtforms import BooleanField, RadioField, SelectMultipleField, StringField, ValidationError
from wtforms.validators import DataRequired
from wtforms.widgets import CheckboxInput

from promosms.forms.form import Form
from promosms.language import gettext
from promosms.language import lazy_gettext as _
from promosms.models import WebhookEndpoint, WebhookEvent
from promosms.services.webhooks import addresses, endpoints
from promosms.services.webhooks.addresses import AddressProblem
from promosms.settings import settings


class Texts(StrEnum):
    """Of which texts it hears."""

    REAL = "real"
    SANDBOX = "sandbox"


def _events() -> dict[str, str]:
    return {
        WebhookEvent.MESSAGE_SENT.value: gettext("A text has left"),
        WebhookEvent.MESSAGE_FINISHED.value: gettext(
            "What became of a text: delivered, or why not"
        ),
        WebhookEvent.REPLY_RECEIVED.value: gettext("Somebody has replied"),
        WebhookEvent.OPT_OUT_RECORDED.value: gettext("Somebody has opted out"),
        WebhookEvent.LINK_OPENED.value: gettext("Somebody opens a link for the first time"),
        WebhookEvent.CAMPAIGN_FINISHED.value: gettext("A campaign has ended"),
        WebhookEvent.BALANCE_LOW.value: gettext("The balance is low"),
    }


def _texts() -> dict[str, str]:
    return {
        Texts.REAL.value: gettext("Real texts, and everything else that happens."),
        Texts.SANDBOX.value: gettext(
            "Try it out: only texts of a sandbox key, which nobody gets and nobody pays for."
        ),
    }


def _problem(problem: AddressProblem) -> str:
    words: dict[AddressProblem, str] = {
        AddressProblem.NO_ADDRESS: gettext(
            "This is no address. It looks like https://shop.example/sms"
        ),
        AddressProblem.NOT_HTTPS: gettext(
            "The address has to begin with https:// so that nobody can read what is sent to it."
        ),
        AddressProblem.PASSWORD: gettext(
            "Leave out the name and the password: your program checks the signature instead."
        ),
        AddressProblem.INSIDE: gettext(
            "This address is one of an own network. It has to be one that the Internet reaches."
        ),
        AddressProblem.TOO_LONG: gettext(
            "The address is too long: at most %(most)s characters.", most=addresses.LONGEST
        ),
    }
    return words[problem]


class WebhookForm(Form):
    """Its address, what it is told, and how much of it."""

    words: ClassVar[dict[str, object]] = {
        "url": _("Enter the address that your program listens at."),
        "texts": _("Say which texts it is told about."),
    }

    url = StringField(
        _("Address of your program"),
        [DataRequired()],
        filters=[lambda typed: (typed or "").strip()],
        description=_("Whoever programs for you knows it, for example https://shop.example/sms"),
        render_kw={
            "type": "url",
            "autocomplete": "off",
            "spellcheck": "false",
            "autocapitalize": "none",
        },
    )
    events = SelectMultipleField(
        _("What is it told?"),
        choices=_events,
        default=[
            WebhookEvent.MESSAGE_FINISHED.value,
            WebhookEvent.REPLY_RECEIVED.value,
            WebhookEvent.OPT_OUT_RECORDED.value,
        ],
        option_widget=CheckboxInput(),
    )
    details = BooleanField(
        _("With mobile numbers and the words of replies"),
        description=_(
            "Without it your program gets ids, and asks for more with an API key. What has left "
            "this service it cannot delete there."
        ),
    )
    texts = RadioField(_("Of which texts?"), choices=_texts, default=Texts.REAL.value)

    def validate_url(self, field: StringField) -> None:
        """It is one that webhooks can reach."""
        problem = addresses.problem_of(field.data or "", private=settings.webhook_private)
        if problem is not None:
            raise ValidationError(_problem(problem))

    def validate_events(self, field: SelectMultipleField) -> None:
        """One that is told nothing is a mistake."""
        if not field.data:
            raise ValidationError(gettext("Choose at least one thing that it is told."))

    def fill(self, endpoint: WebhookEndpoint) -> None:
        """Show what of an endpoint can be changed."""
        self.url.data = endpoint.url
        self.events.data = [event.value for event in endpoints.events_of(endpoint)]
        self.details.data = endpoint.with_details

    def wish(self) -> endpoints.Wish:
        """What the endpoint shall be."""
        return endpoints.Wish(
            url=self.url.data or "",
            events=[WebhookEvent(event) for event in self.events.data or ()],
            with_details=bool(self.details.data),
            sandbox=self.texts is not None and self.texts.data == Texts.SANDBOX,
        )
