"""Top-ups: their price, ordering, finding, cancelling and expiry.

Amounts in 1/10,000 of the currency, in whole cents, or what its smallest amount is. A top-up keeps
currency, tax and company as they were when it was ordered.
"""

import hashlib
import hmac
from dataclasses import asdict, dataclass
from datetime import timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from promosms.db.transactions import transaction, writing
from promosms.documents.tax import EU, TaxCase, decide, tax_on
from promosms.extensions import db
from promosms.lib.pages import Page, page_of, select_page
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
from promosms.services.invoices import companies, seller_days, vies
from promosms.services.invoices import numbers as invoice_numbers
from promosms.services.invoices import seller as sellers
from promosms.services.payments import payment_references
from promosms.services.prices import prices, tiers
from promosms.settings import currencies, settings

PAGE = 25
MOST_OPEN = 10


class BadAmount(Exception):
    """The amount is not for sale; `why` is "small", "large" or "cents"."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class NotForSale(Exception):
    """Nothing can be ordered; `why` is "seller", "company", "many" (open top-ups), "account"."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Changed(Exception):
    """The gross sum is not the one that the customer has agreed to."""


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
    """The net amounts that are offered, the smallest first."""
    offered = {int(amount) for amount in settings.top_up_packages}
    return sorted(amount for amount in offered if why_not(amount) is None)


def why_not(net: int) -> str | None:
    """Why an amount is not for sale: "small", "large", "cents"; None if it is for sale."""
    if net < settings.top_up_smallest:
        return "small"
    if net > settings.top_up_largest:
        return "large"
    return "cents" if net % currencies.smallest(settings.currency) else None


def texts(account: Account, net: int, route_id: int) -> int:
    """How many one-part texts the amount pays in the account's country, at the tier it reaches."""
    moment = now()
    reached = max(net, tiers.reached(account.id, moment))
    price = prices.choose(prices.entries(route_id), reached, moment).of(account.region)
    return net // price if price else 0


def asks_vies(company: Company) -> bool:
    """Does the tax of this company depend on the answer of VIES?"""
    seller = sellers.seller()
    return bool(
        seller
        and seller.rate
        and seller.country in EU
        and company.country in EU
        and company.country != seller.country
        and vies.usable(company.tax_id)
    )


def confirm(account_id: int, refresh: bool = False) -> TaxCheck | None:
    """Ask VIES about the tax identifier if the tax depends on it; not inside a transaction."""
    company = companies.of(account_id)
    if company is None or not asks_vies(company):
        return None
    return vies.check(account_id, company.tax_id, refresh)


def quote(account_id: int, net: int) -> Quote:
    """Net, VAT and gross for an account; raises NotForSale without seller or company.

    Uses the stored answer of VIES; `confirm` renews it.
    """
    seller, company = sellers.seller(), companies.of(account_id)
    if seller is None:
        raise NotForSale("seller")
    if company is None:
        raise NotForSale("company")
    check = vies.evidence(account_id, company.tax_id) if asks_vies(company) else None
    answer = TaxAnswer(check.answer) if check else None
    decision = decide(seller.country, seller.rate, company.country, answer)
    vat = tax_on(net, decision.rate, currencies.smallest(settings.currency))
    return Quote(net, vat, net + vat, decision.case, decision.rate, check)


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
    """Order a top-up of `net`; repeated calls with the same nonce return the first one.

    `agreed` is the gross sum that was shown. Raises NotForSale, BadAmount, Changed. Outside a
    transaction the answer of VIES is renewed first where the tax depends on it.
    """
    account_id, actor, language = account.id, user.public_id, user.language
    if why := why_not(net):
        raise BadAmount(why)
    if not writing():
        confirm(account_id)
    with transaction() as session:
        _lock(session, account_id)
        public_id = _public_id(account_id, nonce)
        existing = find(account_id, public_id) if public_id else None
        if existing is not None:
            return existing
        terms = quote(account_id, net)
        if agreed is not None and agreed != terms.gross:
            raise Changed
        if count_open(account_id) >= MOST_OPEN:
            raise NotForSale("many")
        top_up = _draft(account_id, terms, method)
        top_up.automatic, top_up.actor, top_up.language = automatic, actor, language
        top_up.public_id = public_id or new_public_id()
        return _store(session, top_up)


def find(account_id: int, public_id: str) -> TopUp | None:
    """A top-up of an account."""
    return db.session.scalar(select(TopUp).filter_by(account_id=account_id, public_id=public_id))


def page(account_id: int, after: int | None = None) -> Page[TopUp]:
    """A page of the top-ups of an account, the newest first."""
    query = select_page(select(TopUp).where(TopUp.account_id == account_id), TopUp.id, after, PAGE)
    return page_of(db.session.scalars(query), PAGE, lambda top_up: top_up.id)


def count_open(account_id: int) -> int:
    """How many top-ups of an account are not paid yet."""
    is_open = TopUp.account_id == account_id, TopUp.status == TopUpStatus.OPEN
    return db.session.scalar(select(func.count()).select_from(TopUp).where(*is_open)) or 0


def by_reference(text: str) -> TopUp | None:
    """The top-up whose payment reference a text contains, such as the title of a transfer."""
    reference = payment_references.read(text)
    if reference is None:
        return None
    return db.session.scalar(select(TopUp).where(TopUp.reference == reference))


def payable(top_up: TopUp) -> bool:
    """May it be paid now? Not in a currency that the installation does not use any more."""
    is_open = top_up.status == TopUpStatus.OPEN
    return is_open and top_up.currency == settings.currency and sellers.seller() is not None


def cancel(top_up: TopUp, actor: str) -> bool:
    """Cancel a top-up; False if it is not open any more, or partly paid."""
    with transaction() as session:
        unpaid = TopUp.id == top_up.id, TopUp.status == TopUpStatus.OPEN, TopUp.paid == 0
        cancelled = update(TopUp).where(*unpaid).values(status=TopUpStatus.CANCELLED)
        if session.scalar(cancelled.returning(TopUp.id)) is None:
            return False
        session.expire(top_up)
        audit_log.record(actor, "top_up.cancel", top_up.public_id)
        return True


def expire() -> int:
    """Mark unpaid top-ups as expired after their time; returns how many.

    A partly paid one stays open until an admin settles it.
    """
    due = TopUp.status == TopUpStatus.OPEN, TopUp.paid == 0, TopUp.expires_at < now()
    if db.session.scalar(select(TopUp.id).where(*due).limit(1)) is None:
        return 0
    with transaction() as session:
        expired = update(TopUp).where(*due).values(status=TopUpStatus.EXPIRED)
        return len(session.scalars(expired.returning(TopUp.id)).all())


def _lock(session: Session, account_id: int) -> None:
    """Top-ups of one account are ordered one after the other, so a second click finds the first."""
    account = session.get(Account, account_id, with_for_update=True, populate_existing=True)
    if account is None or account.status == AccountStatus.DELETING:
        raise NotForSale("account")


def _public_id(account_id: int, nonce: str) -> str:
    """An id that nobody can guess or choose, equal for equal forms; "" without a nonce."""
    if not nonce:
        return ""
    message = f"top-up:{account_id}:{nonce}".encode()
    return hmac.new(settings.secret_key.encode(), message, hashlib.sha256).hexdigest()[:20]


def _draft(account_id: int, terms: Quote, method: PayMethod) -> TopUp:
    company = companies.of(account_id)
    assert company is not None  # `quote` raises NotForSale without a company
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


def _store(session: Session, top_up: TopUp) -> TopUp:
    """The number is taken last, because its series stays locked until the transaction ends."""
    top_up.reference = payment_references.new()
    while session.scalar(select(TopUp.id).where(TopUp.reference == top_up.reference)):
        top_up.reference = payment_references.new()
    seller, year = sellers.seller(), seller_days.day_of(now()).year
    specimen = seller is not None and seller.specimen
    series = invoice_numbers.series(settings.pro_forma_series, specimen=specimen)
    top_up.number = invoice_numbers.label(series, year, invoice_numbers.next_number(series, year))
    session.add(top_up)
    session.flush()
    return top_up
