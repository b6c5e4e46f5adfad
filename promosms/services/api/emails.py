"""E-mails about API keys that strangers may know."""

from promosms.language import gettext as _
from promosms.models import ApiKey
from promosms.services.mail.emails import EmailText, paragraphs
from promosms.urls import public_address

PAGE = "/settings/api"


def in_address(key: ApiKey) -> EmailText:
    """To an owner: a key stood in an address and was revoked."""
    return _("Your API key “%(name)s” does not work any more", name=key.name), paragraphs(
        _(
            "A program has written your API key “%(name)s” (%(shown)s…) into an address. Addresses "
            "are kept in logs that others can read, so the key was revoked at once.",
            name=key.name,
            shown=key.shown,
        ),
        _("Make a new key, and let the program send it in the header Authorization:"),
        public_address(PAGE),
    )


def unencrypted(key: ApiKey) -> EmailText:
    """To an owner: a key came over a connection that others can read."""
    return _("Replace your API key “%(name)s”", name=key.name), paragraphs(
        _(
            "A program has sent your API key “%(name)s” (%(shown)s…) over http. Others could read "
            "it on its way. Nothing was done for that request, but the key still works.",
            name=key.name,
            shown=key.shown,
        ),
        _("Let the program use https, and replace the key. The old one works for one more day:"),
        public_address(PAGE),
    )
