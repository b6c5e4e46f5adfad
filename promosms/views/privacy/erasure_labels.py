"""Labels of the rows that an erasure has deleted."""

from collections.abc import Mapping

from promosms.language import gettext as _


def amounts(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """Labels and numbers of the tables that owners know, and one line for all others."""
    labels = {
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
    rows = [(label, counts[name]) for name, label in labels.items() if counts.get(name)]
    rest = sum(number for name, number in counts.items() if name not in labels)
    return [*rows, (_("Other entries"), rest)] if rest else rows
