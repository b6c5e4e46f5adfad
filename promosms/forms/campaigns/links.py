"""The fields of a campaign about the addresses in its text."""

from collections.abc import Iterable

from wtforms import BooleanField, Form, TextAreaField

from promosms.language import lazy_gettext as _
from promosms.sms import addresses
from promosms.sms.addresses import Address
from promosms.sms.transliterate import tidy


class LinksFields(Form):
    """Are the addresses of the text shortened, and who opens them counted?"""

    text: TextAreaField
    short_links = BooleanField(
        _("Shorten the address, and count who opens it"),
        description=_("Each person gets a link of their own. It leads to the same page."),
    )

    def addresses(self) -> list[Address]:
        """The addresses in the text as it was typed."""
        return addresses.find(tidy(self.text.data or ""))

    def shorteners(self) -> list[str]:
        """Names of services in the text that hide where an address leads."""
        return _hosts(one.host for one in self.addresses() if addresses.is_shortener(one.host))

    def look_alikes(self) -> list[str]:
        """Names in the text with letters that are read as others."""
        return _hosts(one.host for one in self.addresses() if addresses.is_look_alike(one.host))


def _hosts(hosts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(hosts))
