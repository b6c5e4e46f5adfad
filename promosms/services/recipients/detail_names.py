"""Texts for people with the names of details, not with their placeholders: "Hi First name, …"."""

import re

from promosms.extensions import db
from promosms.language import gettext
from promosms.models import FIELD_NAMES, Account, Campaign
from promosms.services.recipients import fields
from promosms.sms import personalise

# The name of a campaign may be the beginning of its text, and end within a placeholder.
_UNKNOWN = re.compile(r"\{([^{}|]*)(?:\|[^{}]*)?\}")
_BRACES = re.compile("[{}]")
_CUT = re.compile(r"\{([\w -]*)(?:\|[^{}(]*)?(?= \(|$)")


def in_words(text: str, account: Account) -> str:
    """The text with the name of a detail where its placeholder stands."""
    template, names = personalise.compile(text, FIELD_NAMES), fields.labels(account)
    return template.opening + "".join(
        names[placeholder.name] + following for placeholder, following in template.fields
    )


def campaign_title(campaign: Campaign) -> str:
    """The name of a campaign, or a substitute for an empty one."""
    return title(campaign.name, db.session.get_one(Account, campaign.account_id))


def title(name: str, account: Account) -> str:
    """The same for a name of a campaign of the account; braces never stand in it."""
    if _BRACES.search(name):
        name = in_words(_CUT.sub(_shortened, name), account)
        name = _BRACES.sub("", _UNKNOWN.sub(r"\1", name)).strip()
    return name or gettext("Campaign without a name")


def _shortened(cut: re.Match[str]) -> str:
    begun = fields.plain_word(cut[1])
    return "…" if any(fields.plain_word(name).startswith(begun) for name in FIELD_NAMES) else cut[0]
