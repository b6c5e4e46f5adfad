"""People of an account by their public ids, as what they have done names them."""

from collections.abc import Iterable

from sqlalchemy import select, union_all

from promosms.extensions import db
from promosms.models import FormerColleague, User


def emails_of(account_id: int, public_ids: Iterable[str]) -> dict[str, str]:
    """The e-mail addresses of users of an account, also of those who have left."""
    wanted = {*public_ids, ""}
    either = union_all(
        *(
            select(model.public_id, model.email).where(
                model.account_id == account_id, model.public_id.in_(wanted)
            )
            for model in (User, FormerColleague)
        )
    )
    rows = db.session.execute(either)
    return {row[0]: row[1] for row in rows}
