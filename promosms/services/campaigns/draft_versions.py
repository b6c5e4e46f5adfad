"""Earlier versions of drafts: a save keeps what stood there before.

Autosaves come every few seconds. Of those from one page only the first one of some minutes keeps a
version, unless half of the text goes with it.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from difflib import SequenceMatcher

from sqlalchemy import select
from sqlalchemy.orm import Session

from promosms.db.statements import delete_rows
from promosms.extensions import db
from promosms.models import Campaign, DraftVersion, now

MOST = 20
COALESCED = timedelta(minutes=5)
KEPT = ("name", "text", "kind", "opt_out_line", "language", "plain_details", "short_links")
LONGEST_COMPARED = 3_000  # characters; comparing takes their square
_WORDS = re.compile(r"\s+|\w+|[^\w\s]")
Piece = tuple[str, bool]
"""A part of a text, and whether the other text is without it."""


def of(campaign: Campaign) -> Sequence[DraftVersion]:
    """The earlier versions of a draft, the latest first."""
    query = select(DraftVersion).where(DraftVersion.campaign_id == campaign.id)
    return db.session.scalars(query.order_by(DraftVersion.id.desc())).all()


def has_any(campaign: Campaign) -> bool:
    """Has the draft earlier versions?"""
    query = select(DraftVersion.id).where(DraftVersion.campaign_id == campaign.id)
    return db.session.scalar(query.limit(1)) is not None


def keep(
    session: Session,
    campaign: Campaign,
    replacement: Mapping[str, object],
    window: str,
    *,
    autosave: bool = False,
) -> None:
    """Keep what stands in a draft as a version, before `replacement` is written into it.

    The draft is locked. `window` is the key of the page that saves.
    """
    stored = {name: getattr(campaign, name) for name in KEPT}
    if not campaign.text.strip() or all(replacement[name] == stored[name] for name in KEPT):
        return
    query = select(DraftVersion).where(DraftVersion.campaign_id == campaign.id)
    latest = session.scalar(query.order_by(DraftVersion.id.desc()).limit(1))
    if latest is not None:
        if all(getattr(latest, name) == stored[name] for name in KEPT):
            return
        recent = latest.window == window and latest.replaced_at > now() - COALESCED
        if autosave and recent and len(str(replacement["text"])) * 2 >= len(campaign.text):
            return
    session.add(
        DraftVersion(
            account_id=campaign.account_id, campaign_id=campaign.id, window=window[:20], **stored
        )
    )
    session.flush()
    _drop_oldest(session, campaign.id)


def forget(session: Session, campaign_id: int) -> None:
    """Delete all versions: the draft has been launched."""
    session.execute(delete_rows(DraftVersion).where(DraftVersion.campaign_id == campaign_id))


def compared(before: str, after: str) -> tuple[list[Piece], list[Piece]]:
    """Both texts in pieces, with those words marked that the other one is without."""
    if max(len(before), len(after)) > LONGEST_COMPARED:
        return [(before, before != after)], [(after, before != after)]
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    matcher = SequenceMatcher(a=old, b=new, autojunk=False)
    left, right = list[Piece](), list[Piece]()
    for tag, begin, end, begin_new, end_new in matcher.get_opcodes():
        if begin < end:
            left.append(("".join(old[begin:end]), tag != "equal"))
        if begin_new < end_new:
            right.append(("".join(new[begin_new:end_new]), tag != "equal"))
    return left, right


def _drop_oldest(session: Session, campaign_id: int) -> None:
    newest = select(DraftVersion.id).where(DraftVersion.campaign_id == campaign_id)
    oldest_kept = session.scalar(newest.order_by(DraftVersion.id.desc()).offset(MOST - 1).limit(1))
    if oldest_kept is not None:
        session.execute(
            delete_rows(DraftVersion).where(
                DraftVersion.campaign_id == campaign_id, DraftVersion.id < oldest_kept
            )
        )
