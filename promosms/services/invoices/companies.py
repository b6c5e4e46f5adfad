"""Companies: the buyers on invoices. Existing documents keep their own copy."""

from dataclasses import dataclass

from promosms.db.transactions import transaction
from promosms.documents.data import Party
from promosms.extensions import db
from promosms.models import Account, Company, now
from promosms.services.audit import log as audit_log


@dataclass(frozen=True)
class Details:
    """The fields of a company; `tax_id` as `tax_ids.compact` returns it, "" for none."""

    name: str
    street: str
    postcode: str
    city: str
    country: str
    tax_id: str = ""
    email: str = ""


def of(account_id: int) -> Company | None:
    """The company of an account; None before its first top-up."""
    return db.session.get(Company, account_id)


def save(account_id: int, details: Details, actor: str) -> Company:
    """Set or change the company. Existing top-ups and invoices stay as they are."""
    with transaction() as session:
        account = session.get(Account, account_id, with_for_update=True, populate_existing=True)
        company = of(account_id) or Company(account_id=account_id)
        for name, value in vars(details).items():
            setattr(company, name, value)
        company.updated_at = now()
        session.add(company)
        session.flush()
        audit_log.record(actor, "company.save", account.public_id if account else "")
        return company


def party(company: Company) -> Party:
    """The company as the buyer on documents."""
    return Party(**{name: getattr(company, name) for name in Details.__dataclass_fields__})
