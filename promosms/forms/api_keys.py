"""The form of a new API key."""

import re
from datetime import date, datetime, time
from enum import StrEnum
from ipaddress import IPv6Network, ip_network
from typing import ClassVar

from wtforms import (
    DateField,
    Field,
    RadioField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import DataRequired, Length, Optional
from wtforms.widgets import CheckboxInput

from promosms.forms.form import Form
from promosms.forms.shared import DAY_FORMATS
from promosms.language import gettext, timezone
from promosms.language import lazy_gettext as _
from promosms.models import Scope, now
from promosms.services.api.keys import Wish

LONGEST_NAME = 60
MOST_NETWORKS = 20
MOST_YEARS = 2
LAST_SECOND = time(23, 59, 59)
MAPPED = 96
"""Bits of an IPv6 address before the IPv4 address in it (RFC 4291, section 2.5.5.2)."""


class Purpose(StrEnum):
    """What a key is for."""

    SANDBOX = "sandbox"
    REAL = "real"


def _purposes() -> dict[str, str]:
    return {
        Purpose.SANDBOX.value: gettext(
            "Try it out: sandbox. No text is sent, and nothing costs anything."
        ),
        Purpose.REAL.value: gettext("Send real texts. They cost as much as any others."),
    }


def _scopes() -> dict[str, str]:
    return {
        Scope.SEND.value: gettext(
            "Send texts and campaigns, stop them, note opt-outs, and add, change and delete "
            "recipients"
        ),
        Scope.READ.value: gettext(
            "See texts, campaigns and replies with their numbers, recipients, lists, templates "
            "and opt-outs"
        ),
        Scope.BILLING.value: gettext("See the balance, what is set aside, and the statement"),
        Scope.WEBHOOKS.value: gettext("Add and delete webhooks, which are told what happens"),
    }


def _one_line(text: str | None) -> str:
    """The name stands in the subject of e-mails, which is one line."""
    return " ".join((text or "").split())


class ApiKeyForm(Form):
    """Its name, what it is for, what it may do; from where and until when."""

    words: ClassVar[dict[str, object]] = {
        "purpose": _("Say what the key is for."),
        "scopes": _("Choose at least one thing that the key may do."),
    }

    name = StringField(
        _("Name"),
        [DataRequired(), Length(max=LONGEST_NAME)],
        filters=[_one_line],
        description=_("By it you know later which program has the key, for example: online shop."),
        render_kw={"maxlength": LONGEST_NAME, "autocomplete": "off"},
    )
    purpose = RadioField(_("What is it for?"), choices=_purposes, default=Purpose.SANDBOX.value)
    scopes = SelectMultipleField(
        _("What may it do?"),
        choices=_scopes,
        default=[Scope.SEND.value, Scope.READ.value],
        option_widget=CheckboxInput(),
    )
    networks = TextAreaField(
        _("Only from these addresses"),
        description=_(
            "One IP address or network in a line, such as 203.0.113.7 or 203.0.113.0/24. Empty: "
            "from everywhere."
        ),
        render_kw={"autocomplete": "off", "spellcheck": "false"},
    )
    ends_on = DateField(
        _("Last day"),
        [Optional()],
        format=DAY_FORMATS,
        description=_("Empty: it works until you revoke it."),
    )

    def validate_scopes(self, field: SelectMultipleField) -> None:
        """A key that may do nothing is a mistake."""
        if not field.data:
            raise ValidationError(str(self.words["scopes"]))

    def validate_networks(self, field: Field) -> None:
        """Each is an address or a network, and they are not too many."""
        lines = _lines(field.data)
        wrong = next((line for line in lines if not _network(line)), None)
        if wrong is not None:
            raise ValidationError(
                gettext("“%(line)s” is no IP address and no network.", line=wrong[:60])
            )
        if len(self.chosen_networks()) > MOST_NETWORKS:
            raise ValidationError(
                gettext("At most %(most)s addresses and networks.", most=MOST_NETWORKS)
            )

    def validate_ends_on(self, field: Field) -> None:
        """The end of that day is still to come, and nobody forgets it until then."""
        if field.data is None:
            return
        today = now().astimezone(timezone()).date()
        if field.data < today:
            raise ValidationError(gettext("This day is over: check the year."))
        if _years_earlier(field.data) > (today.year, today.month, today.day):
            raise ValidationError(gettext("Choose a day within %(years)s years.", years=MOST_YEARS))

    def chosen_networks(self) -> list[str]:
        """The networks as CIDR, each once."""
        found = (_network(line) for line in _lines(self.networks.data))
        return [network for network in dict.fromkeys(found) if network]

    def wish(self) -> Wish:
        """The key that was asked for."""
        last = self.ends_on.data
        return Wish(
            name=self.name.data or "",
            scopes=[Scope(scope) for scope in self.scopes.data or ()],
            sandbox=self.purpose.data == Purpose.SANDBOX,
            networks=self.chosen_networks(),
            expires_at=datetime.combine(last, LAST_SECOND, timezone()) if last else None,
        )


def _years_earlier(day: date) -> tuple[int, int, int]:
    """The day so many years before; no date, as that of 29 February is none."""
    return day.year - MOST_YEARS, day.month, day.day


def _lines(typed: str | None) -> list[str]:
    """What was typed with line ends, commas or spaces between."""
    return re.split(r"[\s,;]+", typed.strip()) if typed and typed.strip() else []


def _network(line: str) -> str:
    """As CIDR; empty if it is none. An IPv4 address within IPv6 is meant as the former."""
    try:
        network = ip_network("" if "%" in line else line, strict=False)
    except ValueError:
        return ""
    mapped = network.network_address.ipv4_mapped if isinstance(network, IPv6Network) else None
    if mapped is not None and network.prefixlen >= MAPPED:
        return f"{mapped}/{network.prefixlen - MAPPED}"
    return str(network)
