"""What an import will do, on the page of its columns: at once, or when a worker has found it."""

from functools import partial
from typing import Any

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from promosms import queue
from promosms.forms.imports import row_problem
from promosms.language import pgettext
from promosms.lib.charts.stacked import Part, Stacked, stacked
from promosms.models import Account, Import, ImportStatus
from promosms.services.auth.rights import Right
from promosms.services.gateways import workers
from promosms.services.imports import check
from promosms.services.imports import columns as import_columns
from promosms.services.imports import outcome as import_outcome
from promosms.services.imports.outcome import Choice, Outcome
from promosms.web.access import allow, my_account, owned

bp = Blueprint("outcomes", __name__)


@bp.route("/imports/<public_id>/outcome")
@allow(Right.RECIPIENTS)
def part(public_id: str) -> ResponseReturnValue:
    """The part of the page that changes while a worker looks into the file."""
    import_ = owned(Import, public_id)
    if import_.status != ImportStatus.MAPPING:
        return redirect(url_for("imports.show", public_id=public_id))
    found = context(import_, my_account(), check.choice_of(import_))
    return render_template("imports/outcome.html", import_=import_, **found)


def context(import_: Import, account: Account, choice: Choice) -> dict[str, Any]:
    """What the template needs; a worker is called if it has to find the outcome."""
    outcome = _outcome(import_, account, choice)
    checking = outcome is None and choice == check.choice_of(import_) and check.is_missing(import_)
    if checking and check.is_wanted(import_):
        queue.wake("work", "imports.check", import_.id)
    return {
        "outcome": outcome,
        "bar": _bar(outcome) if outcome else None,
        "mode": choice.mode,
        "checking": checking,
        "no_worker": checking and "work" in workers.missing(),
        "lists_named": _lists_named,
        "row_problem": partial(row_problem, account=account),
    }


def _outcome(import_: Import, account: Account, choice: Choice) -> Outcome | None:
    if import_columns.why_not(choice.mapping):
        return None
    if import_.total > import_outcome.SMALL:
        return import_outcome.stored(import_, choice)
    return import_outcome.of(import_, account, choice)


def _lists_named(outcome: Outcome) -> str:
    """The lists of a file, as far as they fit into a sentence."""
    shown = ", ".join(f"“{name}”" for name in outcome.lists[: import_outcome.MOST_NAMED])
    return f"{shown}, …" if len(outcome.lists) > import_outcome.MOST_NAMED else shown


def _bar(outcome: Outcome) -> Stacked:
    return stacked(
        [
            Part("good", outcome.added, pgettext("rows of an import", "new")),
            Part("sent", outcome.updated, pgettext("rows of an import", "here already")),
            Part("sent", outcome.duplicates, pgettext("rows of an import", "repeated")),
            Part("doubt", outcome.bad, pgettext("rows of an import", "refused")),
        ]
    )
