"""When campaigns of the API start: launch one at once or for a time, move it, start it now."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Blueprint

from promosms import queue
from promosms.extensions import csrf
from promosms.forms.api import shared
from promosms.forms.api.campaign_times import Launch, NewTime
from promosms.forms.api.campaigns import CampaignOut
from promosms.models import Campaign, CampaignStatus, Scope
from promosms.services.api import campaign_times
from promosms.services.api.campaign_times import (
    Agreement,
    Plan,
    Time,
    TimeRefusal,
    TimeRefused,
)
from promosms.services.api.idempotency import Once
from promosms.views.api import campaign_answers as answers
from promosms.web.access import Access, allow
from promosms.web.api import PREFIX, caller, problems
from promosms.web.api.endpoint import Answer, endpoint
from promosms.web.api.problems import Problem

bp = Blueprint("api_campaign_times", __name__, url_prefix=f"{PREFIX}/campaigns")
csrf.exempt(bp)
FAILS = ("not-found", "not-now", *TimeRefusal)


def _again(result: str, _body: object) -> Answer:
    """The answer to a change that was made before: the campaign as it is now."""
    return Answer(answers.out(answers.of_result(result)))


@bp.post("/<public_id>/launch")
@allow(Access.KEY)
@endpoint(scope=Scope.SEND, body=Launch, gives={200: CampaignOut}, fails=FAILS, once=_again)
def launch(public_id: str, body: Launch, once: Once | None) -> Answer:
    """Send a draft at the agreed price, at once or at a time.

    With a time its status becomes `scheduled`. Nothing is set aside before it starts; then it is
    checked again, and asks its owner if it may not leave any more. Quiet hours are kept in any
    case. A second launch is refused: nothing is sent twice.
    """
    campaign, agreed = answers.found(public_id), shared.read(body.agreed_price)
    agreement = Agreement(agreed, service=body.confirm_service)
    with answers.refusals(), _time_refusals():
        campaign_times.begin(caller.key(), campaign, _plan(body), agreement, once)
    return _started(campaign)


@bp.post("/<public_id>/move")
@allow(Access.KEY)
@endpoint(scope=Scope.SEND, body=NewTime, gives={200: CampaignOut}, fails=FAILS, once=_again)
def move(public_id: str, body: NewTime, once: Once | None) -> Answer:
    """Start a planned campaign at another time.

    Nothing else changes: it costs what was agreed to, or it asks its owner.
    """
    time = Time(body.send_at, body.local_time or "")
    with answers.refusals(), _time_refusals():
        campaign_times.move(answers.found(public_id), time, once)
    return answers.changed(public_id)


@bp.post("/<public_id>/start")
@allow(Access.KEY)
@endpoint(scope=Scope.SEND, gives={200: CampaignOut}, fails=("not-found", "not-now"), once=_again)
def start_now(public_id: str, once: Once | None) -> Answer:
    """Start a planned campaign now, or one that could not start at its time.

    It waits for nobody's clock then, and may cost what was agreed to.
    """
    campaign = answers.found(public_id)
    with answers.refusals():
        campaign_times.start_now(campaign, once)
    return _started(campaign)


def _started(campaign: Campaign) -> Answer:
    if campaign.status == CampaignStatus.PREPARING:
        queue.wake("work", "prepare.run", campaign.id)
    return answers.changed(campaign.public_id)


def _plan(body: Launch) -> Plan:
    return Plan(
        Time(body.send_at, body.local_time or ""),
        each_clock=body.each_clock,
        latest_hours=body.latest_hours,
        spread_hours=body.spread_hours,
        batch_people=body.batch_people,
        batch_minutes=body.batch_minutes,
    )


@contextmanager
def _time_refusals() -> Iterator[None]:
    """Turn a plan that is not possible into a problem, at the member that is to blame."""
    try:
        yield
    except TimeRefused as error:
        detail = error.detail or problems.TYPES[error.code].advice
        pointed = problems.at(error.member, detail)
        raise Problem(error.code, detail, errors=pointed, more=error.values) from error
