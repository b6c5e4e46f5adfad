"""Texts of the statement, for the page and the file: what changed the balance, and why."""

from promosms.language import gettext as _
from promosms.language import money, ngettext, number
from promosms.lib import countries
from promosms.models import Campaign, EntryKind, Payment
from promosms.services.ledger.campaign_costs import CostRow
from promosms.services.ledger.statement import StatementRow

TRANSFER = "transfer"


def title(row: StatementRow) -> str:
    """The title of a row."""
    if row.campaign is not None:
        return row.campaign.name or str(_("Campaign without a name"))
    if row.kind == EntryKind.CREDIT:
        return str(_("Credit, a gift")) if row.gift else _top_up(row.payment)
    if row.kind == EntryKind.REFUND:
        return str(_("Refund to you"))
    if row.kind == EntryKind.DISPUTE:
        came_back = row.amount > 0
        return str(_("Disputed payment came back") if came_back else _("Payment disputed"))
    if row.kind == EntryKind.ADJUSTMENT:
        return str(_("Correction by the operator"))
    if row.kind == EntryKind.RELEASE:
        return str(_("Single text, not accepted"))
    return str(_("Single text"))


def reason(row: StatementRow) -> str:
    """Why the balance changed, in a sentence or two; "" if the title says enough."""
    if row.campaign is not None:
        return " ".join(_of_campaign(row, row.campaign))
    if row.kind == EntryKind.DISPUTE and not row.amount:
        return str(_("Your bank took the payment back. Nothing of it was left on the balance."))
    if row.kind == EntryKind.DISPUTE and row.amount < 0:
        return str(_("Your bank took the payment back, so it left the balance."))
    if row.kind == EntryKind.DISPUTE:
        return str(_("The dispute was settled in our favour, so you have the credit again."))
    if row.kind == EntryKind.RELEASE:
        return str(_("No network took it, so it costs nothing."))
    if row.kind == EntryKind.CREDIT and row.payment is not None:
        paid = money(row.payment.amount)
        return str(_("You paid %(amount)s. The VAT in it is not credited.", amount=paid))
    return row.note


def cost(row: CostRow) -> str:
    """A row of campaign costs as sentences."""
    return " ".join(_cost_parts(row))


def country(code: str) -> str:
    """The name of a country; "Other countries" without a code."""
    return dict(countries.names({code})).get(code, code) if code else str(_("Other countries"))


def _top_up(payment: Payment | None) -> str:
    if payment is None:
        return str(_("Top-up"))
    return str(
        _("Top-up by bank transfer") if payment.provider == TRANSFER else _("Top-up by card")
    )


def _of_campaign(row: StatementRow, campaign: Campaign) -> list[str]:
    accepted = campaign.n_sent + campaign.n_delivered + campaign.n_undelivered + campaign.n_expired
    first = ngettext(
        "%(n)s text accepted by the networks: %(amount)s charged.",
        "%(n)s texts accepted by the networks: %(amount)s charged.",
        accepted,
        n=number(accepted),
        amount=money(row.charged),
    )
    sentences = [first] if accepted or row.charged else [_("Nothing has been charged yet.")]
    if row.held:
        sentences.append(_("%(amount)s are set aside for the rest.", amount=money(row.held)))
    if row.released:
        back = money(row.released)
        sentences.append(_("%(amount)s came back for texts that were not sent.", amount=back))
    return sentences


def _cost_parts(row: CostRow) -> list[str]:
    heading = ngettext(
        "%(country)s, %(n)s part, %(price)s a text:",
        "%(country)s, %(n)s parts, %(price)s a text:",
        row.parts,
        n=number(row.parts),
        country=country(row.country),
        price=money(row.price),
    )
    sentences = []
    if row.taken or row.charged:
        sentences.append(
            ngettext(
                "%(n)s accepted, %(amount)s.",
                "%(n)s accepted, %(amount)s.",
                row.taken,
                n=number(row.taken),
                amount=money(row.charged),
            )
        )
    if row.waiting:
        sentences.append(_("%(number)s not confirmed yet.", number=number(row.waiting)))
    if row.returned:
        sentences.append(
            ngettext(
                "%(n)s not sent, %(amount)s came back.",
                "%(n)s not sent, %(amount)s came back.",
                row.returned,
                n=number(row.returned),
                amount=money(row.released),
            )
        )
    return [heading, *sentences]
