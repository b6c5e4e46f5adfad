"""What the two buttons beside a held reply do, in the inbox and on the list of opt-outs."""

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from promosms.language import gettext as _
from promosms.models import Decision, InboundMessage, Suppression
from promosms.services.auth.rights import Right
from promosms.services.recipients import held_replies, recipients, suppression_list
from promosms.web.access import allow, me, my_account, owned

bp = Blueprint("held_replies", __name__)


@bp.route("/recipients/replies/<public_id>/no-more", methods=["POST"])
@allow(Right.ANSWER)
def stop(public_id: str) -> ResponseReturnValue:
    """They want no more texts, a person has read in their reply."""
    return _decide(owned(InboundMessage, public_id), Decision.STOP)


@bp.route("/recipients/replies/<public_id>/something-else", methods=["POST"])
@allow(Right.ANSWER)
def other(public_id: str) -> ResponseReturnValue:
    """The reply was about something else."""
    return _decide(owned(InboundMessage, public_id), Decision.OTHER)


@bp.route("/recipients/opt-outs/<public_id>/no-more", methods=["POST"])
@allow(Right.ANSWER)
def stop_number(public_id: str) -> ResponseReturnValue:
    """They want no more texts; only the evidence of the reply is left."""
    return _decide(owned(Suppression, public_id), Decision.STOP)


@bp.route("/recipients/opt-outs/<public_id>/something-else", methods=["POST"])
@allow(Right.ANSWER)
def other_number(public_id: str) -> ResponseReturnValue:
    """It was about something else; only the evidence of the reply is left."""
    return _decide(owned(Suppression, public_id), Decision.OTHER)


def _decide(row: InboundMessage | Suppression, decision: Decision) -> ResponseReturnValue:
    account_id, number = row.account_id, row.phone
    if isinstance(row, InboundMessage):
        done = held_replies.decide(row, decision, me())
    else:
        done = held_replies.decide_number(row, decision, me())
    left = suppression_list.of_number(account_id, number)
    if not done:
        flash(
            _("Nothing was changed: this was decided before, or they have written since."), "warn"
        )
    elif decision == Decision.STOP:
        flash(_("This is an opt-out now. Only they can take it back, by texting START."), "good")
    elif left is not None:
        flash(_("Noted. The number still gets no texts, for another reason."), "warn")
    else:
        flash(
            _(
                "The number can be texted again. Texts that a campaign left out meanwhile stay "
                "left out."
            ),
            "good",
        )
    return redirect(_back(number), 303)


def _back(number: str) -> str:
    """The page on which the button was: the inbox, the opt-outs, the dashboard, or a recipient."""
    page = request.args.get("page", "")
    if page == "dashboard":
        return url_for("dashboard.index")
    if page == "opt-outs":
        return url_for("suppressions.index")
    recipient = recipients.by_phone(my_account().id, number) if page == "recipient" else None
    if recipient is not None:
        return url_for("recipients.person", public_id=recipient.public_id)
    return url_for("inbox.index", after=request.args.get("after") or None)
