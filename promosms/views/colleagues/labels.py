"""Words about roles and rights."""

from promosms.language import lazy_gettext as _
from promosms.models import Role
from promosms.services.auth import rights
from promosms.services.auth.rights import Right
from promosms.services.colleagues import role_words

role = role_words.name_of
ROLES = (Role.OWNER, Role.MEMBER, Role.VIEWER)
RIGHTS = {
    Right.LOOK: _("See campaigns, recipients, conversations, statement and invoices"),
    Right.DOWNLOAD: _("Take recipients, opt-outs and reports away as files"),
    Right.ANSWER: _("Answer replies, and choose what is answered by itself"),
    Right.RECIPIENTS: _("Add, import, change and erase recipients and their lists"),
    Right.WRITE: _("Write texts and templates"),
    Right.SEND: _("Send, plan, pause and cancel texts; ask for sender names"),
    Right.PAY: _("Top up, company data, alerts and limits of spending"),
    Right.CONNECT: _("Programs: API keys and webhooks"),
    Right.COLLEAGUES: _("Invite colleagues, change their roles, end their sign-ins"),
    Right.ACCOUNT: _("Settings of the business, all its data, deleting the account"),
}


def who_may() -> list[tuple[object, list[bool]]]:
    """The table of rights: each with a yes or no for every role, in the order of ROLES."""
    return [(RIGHTS[right], [rights.may(role, right) for role in ROLES]) for right in Right]
