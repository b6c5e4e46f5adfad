"""Short links of a campaign: their codes, which each recipient has of their own.

A code is computed from the link and the recipient (lib/short_codes.py), so nothing is stored for
it, and after the deletion of either it leads to nobody. What shows a text (composer, review)
and what measures it writes an example of the same length; the preparation puts the codes in.
"""

import hashlib
import hmac
from collections.abc import Sequence
from functools import lru_cache

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from promosms.db import row_security, upsert
from promosms.db.statements import delete_rows, update_rows
from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.lib import short_codes
from promosms.lib.short_codes import Codes
from promosms.models import Campaign, Link, LinkKind, Recipient, now
from promosms.settings import settings
from promosms.sms import addresses
from promosms.sms.transliterate import tidy
from promosms.urls import short_address

PATH = "/l/"
NOBODY = 0
"""The recipient of a test: no recipient has this id."""
EXAMPLE = "example-"
"""The hyphen is in no code: an example leads nowhere and is nobody's."""
OPT_OUT = "opt-out-"
"""The same of the link with which one opts out."""
MOST = len(short_codes.DIGITS) - 1
"""So many addresses of a text are shortened; six parts hold hardly more."""


def shortened(text: str) -> str:
    """A tidy text with an example of a short link for each address."""
    found = addresses.targets(text)[:MOST]
    if not found:
        return text
    length = _length()
    return addresses.replace(
        text,
        lambda target: example(found.index(target), length) if target in found else target,
    )


def example(place: int, length: int) -> str:
    """The short link of the address with this place among those of a text, in an example."""
    return short_address(PATH + (EXAMPLE + short_codes.DIGITS[place + 1]).ljust(length, "-"))


def opt_out_example() -> str:
    """The link with which one opts out, in an example."""
    return _opt_out_example(_length())


def _opt_out_example(length: int) -> str:
    return short_address(PATH + OPT_OUT.ljust(length, "-"))


class Writer:
    """Puts the codes of recipients into the texts of a campaign."""

    def __init__(self, links: Sequence[Link], opt_out: Link | None = None) -> None:
        self._ids = [link.id for link in links]
        length = _length() if links or opt_out else 0
        self._examples = [example(place, length) for place in range(len(links))]
        if opt_out is not None:
            self._ids.append(opt_out.id)
            self._examples.append(_opt_out_example(length))

    def write(self, texts: Sequence[str], recipients: Sequence[int]) -> list[str]:
        """The texts with the links of these recipients."""
        written, start = list(texts), short_address(PATH)
        for link_id, shown in zip(self._ids, self._examples, strict=True):
            codes = _codes(settings.secret_key).encode(link_id, recipients)
            pairs = zip(written, codes, strict=True)
            written = [text.replace(shown, start + code) for text, code in pairs]
        return written


def writer(campaign: Campaign, *, opt_out: bool) -> Writer:
    """The writer of a campaign that leaves, or of a test of it; stores its links.

    With `opt_out` one of them is that with which each recipient opts out.
    """
    if not campaign.short_links and not opt_out:
        return Writer([])
    shortened = campaign.short_links
    found = addresses.targets(tidy(campaign.text))[:MOST] if shortened else []
    with transaction() as session:
        own = _store(session, campaign, found)
        return Writer(own, _store_opt_out(session, campaign) if opt_out else None)


def prepared(session: Session, campaign_id: int) -> None:
    """Note that every recipient of a campaign has a code."""
    session.execute(
        update_rows(Link).where(Link.campaign_id == campaign_id).values(prepared_at=now())
    )


def decode(code: str) -> list[tuple[int, int]]:
    """The link and the recipient of a code, by the key of the installation and by older ones."""
    keys = (settings.secret_key, *reversed(settings.secret_key_fallbacks))
    pairs = (_codes(key).decode(code) for key in keys)
    return [pair for pair in pairs if pair]


def _store(session: Session, campaign: Campaign, found: Sequence[str]) -> list[Link]:
    """The links of a campaign in the order of its text; those that it had before go."""
    own = Link.campaign_id == campaign.id, Link.kind == LinkKind.ADDRESS
    session.execute(delete_rows(Link).where(*own, Link.target.not_in(found)))
    _insert(session, campaign, LinkKind.ADDRESS, found)
    links = session.scalars(select(Link).where(*own)).all()
    return sorted(links, key=lambda link: found.index(link.target))


def _store_opt_out(session: Session, campaign: Campaign) -> Link:
    _insert(session, campaign, LinkKind.OPT_OUT, [""])
    query = select(Link).where(Link.campaign_id == campaign.id, Link.kind == LinkKind.OPT_OUT)
    return session.scalars(query).one()


def _insert(session: Session, campaign: Campaign, kind: LinkKind, targets: Sequence[str]) -> None:
    """Store links that are not stored yet."""
    own = {"account_id": campaign.account_id, "campaign_id": campaign.id, "kind": kind}
    rows = [{**own, "target": target, "people": 0, "clicks": 0} for target in targets]
    if rows:
        keys = ["campaign_id", "kind", "target"]
        session.execute(upsert.insert(Link).on_conflict_do_nothing(index_elements=keys), rows)


def _length() -> int:
    """How long the codes are that are given now: longer only for very many recipients or links."""
    with row_security.bypass("ids are counted for the whole installation"):
        last = [db.session.scalar(select(func.max(model.id))) or 0 for model in (Link, Recipient)]
    return short_codes.size_of(last[0] + MOST, last[1]).length


@lru_cache(8)
def _codes(key: str) -> Codes:
    return Codes(hmac.digest(key.encode(), b"short links", hashlib.sha256))
