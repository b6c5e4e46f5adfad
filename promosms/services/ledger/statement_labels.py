"""The lines of a statement in plain words: why did my balance change? Used by page and file."""

from promosms.language import gettext as _
from promosms.language import money, ngettext, number
from promosms.lib import countries
from promosms.models import Campaign, EntryKind, Payment
from promosms.services.ledger.campaign_costs import Row
from promosms.services.ledger.statement import Line

TRANSFER = "transfer"


def title(line: Line) -> str:
    """What it is."""
    if line.campaign is not None:
        return line.campaign.name or str(_("Campaign without a name"))
    if line.kind == EntryKind.CREDIT:
        return str(_("Credit, a gift")) if line.gift else _top_up(line.payment)
    if line.kind == EntryKind.REFUND:
        return str(_("Refund to you"))
    if line.kind == EntryKind.DISPUTE:
        came_back = line.amount > 0
        return str(_("Disputed payment came back") if came_back else _("Payment disputed"))
    if line.kind == EntryKind.ADJUSTMENT:
        return str(_("Correction by the operator"))
    if line.kind == EntryKind.RELEASE:
        return str(_("Single text, not accepted"))
    return str(_("Single text"))


def reason(line: Line) -> str:
    """Why the balance changed by it, in a sentence or two; "" where the title says it all."""
    if line.campaign is not None:
        return " ".join(_of_campaign(line, line.campaign))
    if line.kind == EntryKind.DISPUTE and not line.amount:
        return str(_("Your bank took the payment back. Nothing of it was left on the balance."))
    if line.kind == EntryKind.DISPUTE and line.amount < 0:
        return str(_("Your bank took the payment back, so it left the balance."))
    if line.kind == EntryKind.DISPUTE:
        return str(_("The dispute was settled in our favour, so you have the credit again."))
    if line.kind == EntryKind.RELEASE:
        return str(_("No network took it, so it costs nothing."))
    if line.kind == EntryKind.CREDIT and line.payment is not None:
        paid = money(line.payment.amount)
        return str(_("You paid %(amount)s. The VAT in it is not credited.", amount=paid))
    return line.note


def detail(row: Row) -> str:
    """A row of the figures of a campaign as a sentence."""
    return " ".join(_details(row))


def country(code: str) -> str:
    """The name of a country; words where it is not known."""
    return dict(countries.names({code})).get(code, code) if code else str(_("Other countries"))


def _top_up(payment: Payment | None) -> str:
    if payment is None:
        return str(_("Top-up"))
    return str(
        _("Top-up by bank transfer") if payment.provider == TRANSFER else _("Top-up by card")
    )


def _of_campaign(line: Line, campaign: Campaign) -> list[str]:
    accepted = campaign.n_sent + campaign.n_delivered + campaign.n_undelivered + campaign.n_expired
    first = ngettext(
        "%(n)s text accepted by the networks: %(amount)s charged.",
        "%(n)s texts accepted by the networks: %(amount)s charged.",
        accepted,
        n=number(accepted),
        amount=money(line.charged),
    )
    said = [first] if accepted or line.charged else [_("Nothing has been charged yet.")]
    if line.held:
        said.append(_("%(amount)s are set aside for the rest.", amount=money(line.held)))
    if line.released:
        back = money(line.released)
        said.append(_("%(amount)s came back for texts that were not sent.", amount=back))
    return said


def _details(row: Row) -> list[str]:
    each = ngettext(
        "%(country)s, %(n)s part, %(price)s a text:",
        "%(country)s, %(n)s parts, %(price)s a text:",
        row.parts,
        n=number(row.parts),
        country=country(row.country),
        price=money(row.price),
    )
    said = []
    if row.taken or row.charged:
        said.append(
            ngettext(
                "%(n)s accepted, %(amount)s.",
                "%(n)s accepted, %(amount)s.",
                row.taken,
                n=number(row.taken),
                amount=money(row.charged),
            )
        )
    if row.waiting:
        said.append(_("%(number)s not confirmed yet.", number=number(row.waiting)))
    if row.returned:
        back = money(row.released)
        said.append(
            ngettext(
                "%(n)s not sent, %(amount)s came back.",
                "%(n)s not sent, %(amount)s came back.",
                row.returned,
                n=number(row.returned),
                amount=back,
            )
        )
    return [each, *said]
