"""PromoSMS REST 3.2: plug-ins that were written for PromoSMS send texts and read reports."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, request

from promosms import queue
from promosms.extensions import csrf
from promosms.forms import rest32 as forms
from promosms.forms.rest32 import Fields
from promosms.lib.garbage import uncollected
from promosms.models import Scope
from promosms.services.api import idempotency
from promosms.services.api.idempotency import InProgress, OtherRequest
from promosms.services.api.rest32 import reports as services
from promosms.services.api.rest32 import sending
from promosms.services.api.rest32.reports import Report
from promosms.services.api.rest32.results import Result
from promosms.services.api.rest32.statuses import NotDone, Status
from promosms.web.access import Access, allow
from promosms.web.api import caller
from promosms.web.api.endpoint import LARGEST, once_of_request
from promosms.web.api.problems import Problem
from promosms.web.api.rest32 import PREFIX, answers
from promosms.web.api.rest32.caller import needs

bp = Blueprint("rest32", __name__, url_prefix=PREFIX)
csrf.exempt(bp)
PARTS = 20_100
"""Fields of a form: 10,000 recipients, as many own ids, and the others."""


@bp.post("/sms")
@allow(Access.LOGIN)
@needs(Scope.SEND)
def sms() -> Response:
    """Send a text to one person or to many; each gets a status."""
    fields = _fields()
    with uncollected():
        asked = forms.asked(fields)
        every = forms.flag(fields, "return-send-recipients")
        once = once_of_request()
        try:
            with idempotency.alone(once):
                sent = sending.send(caller.key(), caller.account(), asked, once)
        except InProgress as error:
            raise Problem("in-progress", headers={"Retry-After": "1"}) from error
        except OtherRequest as error:
            raise Problem("idempotency-key-reused") from error
    for gateway_id in sent.gateways:
        queue.wake(queue.gateway_queue(gateway_id), "send.run", gateway_id)
    return _results(sent.results, every)


@bp.get("/reports")
@allow(Access.LOGIN)
@needs(Scope.READ)
def reports() -> Response:
    """What became of the texts that were sent here, in a span of time."""
    written = request.args.get("from-time", ""), request.args.get("to-time", "")
    if not all(written):
        raise NotDone(Status.NO_TIMES)
    since, until = map(forms.moment, written)
    if since is None or until is None or not since < until <= since + services.LONGEST:
        raise NotDone(Status.TIMES)
    found = services.between(caller.key(), since, until, _after())
    members: dict[str, Any] = {
        "status": int(Status.OK),
        "reports": [_report(row) for row in found.rows],
        "complete": found.complete,
    }
    if not found.complete:
        members["message"] = (
            f"There are more than {services.MOST}. Send after-id with the last sms-id, or ask for "
            "less time."
        )
    return answers.answer(members, [_report_line(row) for row in found.rows])


def _after() -> int:
    """The number of the last text of the answer before; 0 for the beginning."""
    public_id = request.args.get("after-id", "")
    number = services.number_of(caller.key(), public_id) if public_id else 0
    if number is None:
        raise NotDone(Status.TIMES, "after-id is no sms-id of yours.")
    return number


def _fields() -> Fields:
    """What was sent: JSON also where it is marked as a form, as some programs do."""
    request.max_content_length = request.max_form_memory_size = LARGEST
    request.max_form_parts = PARTS
    body = request.get_data()
    if request.is_json or body.lstrip()[:1] == b"{":
        return forms.of_json(body)
    if request.mimetype == "multipart/form-data":
        return forms.of_form(request.form.items(multi=True))
    return forms.of_query(body, PARTS)


def _results(results: Sequence[Result], every: bool) -> Response:
    """Done, if at least one text is; else the status of the first recipient, and nothing is sent.

    All results are told if the program asks for them, and whenever somebody gets no text.
    """
    refused = [each.refused for each in results if each.refused is not None]
    none = refused[0] if len(refused) == len(results) else None
    members: dict[str, Any] = {"status": int(none.status if none else Status.OK)}
    if none:
        members["message"] = none.detail
    if every or refused:
        members["recipientsResults"] = [_result(each) for each in results]
    http = answers.http_of(none.status) if none else 200
    return answers.answer(members, [_result_line(each) for each in results], http)


def _result(result: Result) -> dict[str, Any]:
    members: dict[str, Any] = {"sms-id": result.id or None, "status": int(result.status)}
    members |= {"recipient": result.phone} if result.phone else {}
    members |= {"user-index": result.index} if result.index else {}
    members |= {"duplicate": True} if result.twice else {}
    members |= {"message": result.refused.detail} if result.refused else {}
    return members


def _result_line(result: Result) -> str:
    return f"{int(result.status)};{result.id};{result.phone}"


def _report(row: Report) -> dict[str, Any]:
    return {
        "sms-id": row.id,
        "recipient": row.phone,
        "report": row.report,
        "user-index": row.index,
        "time": int(row.created_at.timestamp()),
        "report-time": None if row.done_at is None else int(row.done_at.timestamp()),
    }


def _report_line(row: Report) -> str:
    done = "" if row.done_at is None else int(row.done_at.timestamp())
    return f"{row.report};{row.id};{row.phone};{done}"
