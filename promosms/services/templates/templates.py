"""Templates of an account: texts that are kept, and begin campaigns."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from promosms.db.statements import update_rows
from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.lib.folding import fold
from promosms.models import Account, Campaign, CampaignTemplate, now
from promosms.services.campaigns import drafts
from promosms.services.campaigns.drafts import Draft

MOST = 100
"""More than these nobody finds again in a list."""
LONGEST_NAME = 60


class NameTaken(Exception):
    """The account already has a template of this name."""


class TooMany(Exception):
    """The account has as many templates as it can keep."""


def all_of(account: Account, words: str = "") -> Sequence[CampaignTemplate]:
    """The templates of an account, those used last first, then by name.

    With `words` those that have all of them in their name or text, without case and accents.
    """
    query = select(CampaignTemplate).where(CampaignTemplate.account_id == account.id)
    order = CampaignTemplate.used_at.desc().nulls_last(), func.lower(CampaignTemplate.name)
    templates = db.session.scalars(query.order_by(*order)).all()
    wanted = fold(words).split()
    return [one for one in templates if all(word in _searched(one) for word in wanted)]


def create(account: Account, name: str, written: Draft) -> CampaignTemplate:
    """A new template with the text and the kind of a draft; raises NameTaken, TooMany."""
    with _one_per_name(), transaction() as session:
        # Two at once must not both be the last one.
        session.execute(select(Account.id).where(Account.id == account.id).with_for_update())
        count = select(func.count()).where(CampaignTemplate.account_id == account.id)
        if (session.scalar(count) or 0) >= MOST:
            raise TooMany
        template = CampaignTemplate(account_id=account.id)
        _write(session, template, name, written)
    return template


def change(template: CampaignTemplate, name: str, written: Draft) -> None:
    """Change a template; campaigns that were begun with it stay as they are. Raises NameTaken."""
    with _one_per_name(), transaction() as session:
        _write(session, template, name, written)


def remove(template: CampaignTemplate) -> None:
    """Delete a template; the drafts that were begun with it have copies."""
    with transaction() as session:
        session.delete(template)


def read(template: CampaignTemplate) -> Draft:
    """What a campaign begins with that is made with the template; it is addressed to nobody yet."""
    return Draft(
        name=template.name,
        text=template.text,
        kind=template.kind,
        opt_out_line=template.opt_out_line,
        language=template.language,
    )


def use(account: Account, template: CampaignTemplate) -> Campaign:
    """A new draft with the template, under the sender that the account chose last."""
    with transaction() as session:
        session.execute(
            update_rows(CampaignTemplate)
            .where(CampaignTemplate.id == template.id)
            .values(used_at=now())
        )
        return drafts.begin(account, read(template))


def _searched(template: CampaignTemplate) -> str:
    return fold(f"{template.name} {template.text}")


def _write(session: Session, template: CampaignTemplate, name: str, written: Draft) -> None:
    template.name, template.text, template.kind = name, written.text, written.kind
    template.opt_out_line, template.language = written.opt_out_line, written.language
    session.add(template)
    session.flush()


@contextmanager
def _one_per_name() -> Iterator[None]:
    try:
        yield
    except IntegrityError as error:
        raise NameTaken from error
