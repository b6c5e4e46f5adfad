"""Words about roles: their names, and what somebody with one may do."""

from promosms.language import gettext as _
from promosms.language import pgettext
from promosms.models import Role


def name_of(role: str) -> str:
    """The name of a role of an account."""
    names: dict[str, str] = {
        Role.OWNER: pgettext("role", "Owner"),
        Role.MEMBER: pgettext("role", "Member"),
        Role.VIEWER: pgettext("role", "Viewer"),
    }
    return names[role]


def may_do(role: Role) -> str:
    """What somebody with this role may do, in a sentence."""
    sentences: dict[Role, str] = {
        Role.OWNER: _("As an owner you may do everything, and decide who else may."),
        Role.MEMBER: _("As a member you may work with recipients, campaigns and replies."),
        Role.VIEWER: _("As a viewer you may look at everything, and change nothing."),
    }
    return sentences[role]
