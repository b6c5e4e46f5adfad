"""What has gone, in words."""

from collections.abc import Mapping

from promosms.language import gettext as _


def amounts(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """What an owner knows by name, and all the rest in one line: (what, how many)."""
    known = {
        "recipients": _("Recipients"),
        "lists": _("Lists"),
        "suppressions": _("Opt-outs"),
        "campaigns": _("Campaigns"),
        "messages": _("Texts"),
        "inbound_messages": _("Replies"),
        "imports": _("Imported files"),
        "users": _("Sign-ins of people"),
        "ledger_entries": _("Movements of the balance"),
        "top_ups": _("Orders"),
    }
    found = [(words, counts[name]) for name, words in known.items() if counts.get(name)]
    rest = sum(number for name, number in counts.items() if name not in known)
    return [*found, (_("Other entries"), rest)] if rest else found
