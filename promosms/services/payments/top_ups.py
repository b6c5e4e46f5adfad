"""Top-ups: what it would cost, ordering one, finding it again, and its end without money.

Amounts in 1/10,000 of the currency, whole cents. The order keeps its currency, its tax and the
company as they were when it was made.
"""

import hashlib
import hmac
from dataclasses import asdict, dataclass, replace
from datetime import timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from promosms.db.transactions import transaction, writing
from promosms.documents.data import InvoiceData, InvoiceLine, Party
from promosms.documents.tax import EU, TaxCase, decide, tax_on
from promosms.extensions import db
from promosms.language import force_locale
from promosms.language import gettext as _
from promosms.models import (
    Account,
    AccountStatus,
    Company,
    PayMethod,
    TaxAnswer,
    TaxCheck,
    TopUp,
    TopUpStatus,
    User,
    new_public_id,
    now,
)
from promosms.services.audit import log as audit_log
from promosms.services.invoices import companies, seller, seller_days, vies
from promosms.services.invoices import numbers as invoice_numbers
from promosms.services.payments import payment_references
from promosms.services.prices import prices, tiers
from promosms.settings import settings

CENT = 100
PAGE = 25
MOST_OPEN = 10


class BadAmount(Exception):
    """Not an amount that is sold; `why` is "small", "large" or "cents"."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class NotForSale(Exception):
    """Nothing can be ordered; `why` is "seller", "company", "many" (open orders) or "account"."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Changed(Exception):
    """The order would cost something else than was agreed."""


@dataclass(frozen=True)
class Quote:
    """What a top-up costs; `check` is the evidence for the tax, if there is any."""

    net: int
    tax: int
    gross: int
    case: TaxCase
    rate: int
    check: TaxCheck | None


def packages() -> list[int]:
    """The amounts that are offered, net, from the smallest on."""
    offered = set(settings.top_up_packages)
    return sorted(amount for amount in offered if why_not(amount) is None)


def why_not(net: int) -> str | None:
    """Why an amount is not sold: "small", "large", "cents"; None if it is."""
    if net < settings.top_up_smallest:
        return "small"
    if net > settings.top_up_largest:
        return "large"
    return "cents" if net % CENT else None


def texts(account: Account, net: int, route_id: int) -> int:
    """How many texts of one part the amount pays in the account's own country, its tier reached."""
    moment = now()
    reached = max(net, tiers.reached(account.id, moment))
    price = prices.choose(prices.entries(route_id), reached, moment).of(account.region)
    return net // price if price else 0


def asks_vies(company: Company) -> bool:
    """Does the tax of this company depend on what VIES says?"""
    who = seller.seller()
    return bool(
        who
        and who.rate
        and who.country in EU
        and company.country in EU
        and company.country != who.country
        and vies.usable(company.tax_id)
    )


def confirm(account_id: int, refresh: bool = False) -> TaxCheck | None:
    """Have the tax identifier confirmed where the tax depends on it; not inside a transaction."""
    company = companies.of(account_id)
    if company is None or not asks_vies(company):
        return None
    return vies.check(account_id, company.tax_id, refresh)


def quote(account_id: int, net: int) -> Quote:
    """Net, VAT and gross for an account; raises NotForSale without seller or company.

    Goes by the evidence that is stored; `confirm` gets it.
    """
    who, company = seller.seller(), companies.of(account_id)
    if who is None:
        raise NotForSale("seller")
    if company is None:
        raise NotForSale("company")
    check = vies.evidence(account_id, company.tax_id) if asks_vies(company) else None
    answer = TaxAnswer(check.answer) if check else None
    decided = decide(who.country, who.rate, company.country, answer)
    added = tax_on(net, decided.rate)
    return Quote(net, added, net + added, decided.case, decided.rate, check)


def order(
    account: Account,
    user: User,
    net: int,
    method: PayMethod,
    *,
    automatic: bool = False,
    nonce: str = "",
    agreed: int | None = None,
) -> TopUp:
    """Order a top-up of `net`; called again with the same nonce it finds the order that it made.

    `agreed` is the gross sum that was shown. Raises NotForSale, BadAmount, Changed. Outside a
    transaction VIES is asked first where that matters, so that the evidence is fresh.
    """
    account_id, actor, language = account.id, user.public_id, user.language
    if why := why_not(net):
        raise BadAmount(why)
    if not writing():
        confirm(account_id)
    with transaction() as session:
        _lock(session, account_id)
        public_id = _public_id(account_id, nonce)
        made = find(account_id, public_id) if public_id else None
        if made is not None:
            return made
        terms = quote(account_id, net)
        if agreed is not None and agreed != terms.gross:
            raise Changed
        if count_open(account_id) >= MOST_OPEN:
            raise NotForSale("many")
        top_up = _drafted(account_id, terms, method)
        top_up.automatic, top_up.actor, top_up.language = automatic, actor, language
        top_up.public_id = public_id or new_public_id()
        return _numbered(session, top_up)


def find(account_id: int, public_id: str) -> TopUp | None:
    """An order of an account."""
    return db.session.scalar(select(TopUp).filter_by(account_id=account_id, public_id=public_id))


def page(account_id: int, before: int | None = None, limit: int = PAGE) -> list[TopUp]:
    """The orders of an account from the newest on, older than the one with the id `before`."""
    query = select(TopUp).where(TopUp.account_id == account_id)
    query = query if before is None else query.where(TopUp.id < before)
    return list(db.session.scalars(query.order_by(TopUp.id.desc()).limit(limit)))


def count_open(account_id: int) -> int:
    """How many orders of an account wait for money."""
    waits = TopUp.account_id == account_id, TopUp.status == TopUpStatus.OPEN
    return db.session.scalar(select(func.count()).select_from(TopUp).where(*waits)) or 0


def by_reference(text: str) -> TopUp | None:
    """The order whose payment reference stands in a text, such as the title of a transfer."""
    reference = payment_references.read(text)
    if reference is None:
        return None
    return db.session.scalar(select(TopUp).where(TopUp.reference == reference))


def payable(top_up: TopUp) -> bool:
    """May it be paid now? Not one in a currency that is not sold any more."""
    open_ = top_up.status == TopUpStatus.OPEN
    return open_ and top_up.currency == settings.currency and seller.seller() is not None


def cancel(top_up: TopUp, actor: str) -> bool:
    """Call an order off; False if it is not open any more, or a part of the money has come."""
    with transaction() as session:
        fits = TopUp.id == top_up.id, TopUp.status == TopUpStatus.OPEN, TopUp.paid == 0
        ended = update(TopUp).where(*fits).values(status=TopUpStatus.CANCELLED).returning(TopUp.id)
        if session.scalar(ended) is None:
            return False
        session.expire(top_up)
        audit_log.record(actor, "top_up.cancel", top_up.public_id)
        return True


def expire() -> int:
    """End the orders whose time is over and for which nothing has come; how many those were.

    One that was paid in part stays open, for an admin to settle.
    """
    over = TopUp.status == TopUpStatus.OPEN, TopUp.paid == 0, TopUp.expires_at < now()
    if db.session.scalar(select(TopUp.id).where(*over).limit(1)) is None:
        return 0
    with transaction() as session:
        ended = update(TopUp).where(*over).values(status=TopUpStatus.EXPIRED).returning(TopUp.id)
        return len(session.scalars(ended).all())


def pro_forma(top_up: TopUp) -> InvoiceData:
    """What stands on the pro forma; raises NotForSale when nobody is named who sells."""
    who = seller.seller()
    if who is None:
        raise NotForSale("seller")
    day = seller_days.day_of(top_up.created_at)
    with force_locale(top_up.language):
        text = str(_("SMS credit, prepaid"))
    check = db.session.get(TaxCheck, top_up.tax_check_id) if top_up.tax_check_id else None
    return InvoiceData(
        kind="pro_forma",
        label=top_up.number,
        issued_on=day,
        supplied_on=day,
        due_on=seller_days.day_of(top_up.expires_at),
        language=top_up.language,
        currency=top_up.currency,
        seller=_party(who),
        # Like the invoice, it does not show the address to which it goes.
        buyer=replace(Party(**top_up.buyer), email=""),
        lines=(InvoiceLine(text, 1, top_up.net, top_up.net),),
        tax_case=top_up.tax_case,
        rate=top_up.rate,
        net=top_up.net,
        tax=top_up.tax,
        gross=top_up.gross,
        paid=top_up.paid,
        method=top_up.method,
        reference=top_up.reference,
        consultation=check.consultation if check and check.answer == TaxAnswer.VALID else "",
        specimen=who.specimen,
        logo=settings.operator_logo,
    )


def _lock(session: Session, account_id: int) -> None:
    """One order of an account after the other, so that a second click finds the first."""
    account = session.get(Account, account_id, with_for_update=True, populate_existing=True)
    if account is None or account.status == AccountStatus.DELETING:
        raise NotForSale("account")


def _public_id(account_id: int, nonce: str) -> str:
    """An id that nobody can guess or choose, the same for the same form; "" without a nonce."""
    if not nonce:
        return ""
    said = f"top-up:{account_id}:{nonce}".encode()
    return hmac.new(settings.secret_key.encode(), said, hashlib.sha256).hexdigest()[:20]


def _drafted(account_id: int, terms: Quote, method: PayMethod) -> TopUp:
    company = companies.of(account_id)
    assert company is not None  # `quote` has asked
    return TopUp(
        account_id=account_id,
        method=method,
        currency=settings.currency,
        net=terms.net,
        tax=terms.tax,
        gross=terms.gross,
        rate=terms.rate,
        tax_case=terms.case,
        tax_check_id=terms.check.id if terms.check else None,
        buyer=asdict(companies.party(company)),
        expires_at=now() + timedelta(days=settings.top_up_days),
    )


def _numbered(session: Session, top_up: TopUp) -> TopUp:
    """The number comes last, because its series stays locked until the end."""
    top_up.reference = payment_references.new()
    while session.scalar(select(TopUp.id).where(TopUp.reference == top_up.reference)):
        top_up.reference = payment_references.new()
    who, year = seller.seller(), seller_days.day_of(now()).year
    series = invoice_numbers.series(
        settings.pro_forma_series, specimen=who is not None and who.specimen
    )
    top_up.number = invoice_numbers.label(series, year, invoice_numbers.next_number(series, year))
    session.add(top_up)
    session.flush()
    return top_up


def _party(who: seller.Seller) -> Party:
    fields = asdict(who)
    return Party(**{name: fields[name] for name in Party.__dataclass_fields__})
