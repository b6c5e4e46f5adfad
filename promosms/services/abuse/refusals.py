"""Refusals: why a verification text does not go out, and how often each layer has refused."""

from datetime import timedelta
from enum import StrEnum

from sqlalchemy import func, select

from promosms.db import upsert
from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import TextRefusal, now

DAY = timedelta(hours=24)


class PumpingProblem(StrEnum):
    """Why no text goes out now, or no e-mail that leads to one; one for each layer."""

    FORM = "form"  # without the token of one of our forms
    PROOF = "proof"  # the solution is wrong, too old, or was used before
    UNPROVEN = "unproven"  # without a solution, and there were too many of these
    PROGRAM = "program"  # filled in a hidden field
    HASTE = "haste"  # filled in faster than people can
    COUNTRY = "country"  # no mobile number of an allowed country
    TOO_SOON = "too_soon"  # this number has just had a text
    NUMBER = "number"  # this number has had all its texts of this day
    NETWORK = "network"  # this network has had all its texts
    PREFIX = "prefix"  # neighbouring numbers have had all their texts
    DIAL_CODE = "dial_code"  # the country has had all its texts of this day
    BUDGET = "budget"  # the installation has sent all its texts of this hour
    RECEIVER = "receiver"  # this e-mail address has had all its e-mails of this day
    NO_GATEWAY = "no_gateway"  # nothing can be sent to this country by the default route
    BLOCKED = "blocked"  # nobody behind these numbers signs in


def note(problem: PumpingProblem) -> None:
    """Count a refusal."""
    hour = now().replace(minute=0, second=0, microsecond=0)
    with transaction() as session:
        session.execute(
            upsert.insert(TextRefusal)
            .values(hour=hour, layer=problem.value, number=1)
            .on_conflict_do_update(
                index_elements=[TextRefusal.hour, TextRefusal.layer],
                set_={"number": TextRefusal.number + 1},
            )
        )


def of_day() -> dict[PumpingProblem, int]:
    """How often each layer has refused in the last 24 hours, in the order of the layers."""
    query = select(TextRefusal.layer, func.sum(TextRefusal.number))
    query = query.where(TextRefusal.hour > now() - DAY).group_by(TextRefusal.layer)
    numbers: dict[str, int] = {layer: int(number) for layer, number in db.session.execute(query)}
    return {problem: numbers.get(problem, 0) for problem in PumpingProblem}
