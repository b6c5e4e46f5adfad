"""A phone as a gateway: what we send, what its answers mean, how it is asked to call us."""

import asyncio
import base64
import hashlib
import json
from collections.abc import Sequence
from typing import Any

import pytest

from promosms.gateways.base import (
    Answer,
    BadSettings,
    ErrorClass,
    GatewayError,
    OutboundSms,
    Resend,
)
from promosms.gateways.http.android import Android
from tests.gateways.http.phone import Phone, taken
from tests.gateways.http.provider import Provider, Says, provider
from tests.gateways.http.runner import (
    CALLBACK,
    LOOPBACK,
    PHONE,
    UNICODE,
    Case,
    ask,
    cases,
    check_wait,
    labels,
    nothing,
    run_case,
    submit,
    text,
)

TOKEN = "a secret address"
MARK = hashlib.sha256(f"reference:{TOKEN}".encode()).hexdigest()[:8]
ID = f"4711-1-{MARK}"
KEYS = {
    "username": "sms",
    "password": "ąbc:1",
    "number": "+48732000001",
    "signing_key": "sign",
    "webhook_token": TOKEN,
}


def at(server: Provider, **more: str) -> dict[str, str]:
    return {**KEYS, **LOOPBACK, "base_url": server.url, **more}


def refusal(status: int, words: str) -> Says:
    return Says(status, json.dumps({"message": words}).encode())


UNCLEAR = (ErrorClass.UNKNOWN, "bad_answer")
SETTINGS = (ErrorClass.SETTINGS, "settings")
TABLE = cases(
    [
        Case("taken", taken(ID), (ID,)),
        Case("taken in three parts", taken(f"4711-3-{MARK}"), (), parts=3),
        Case("taken before", refusal(409, "it is there"), (ID,)),
        Case("taken before, without words", Says(409), (ID,)),
        Case("taken before in two parts", Says(409), (), parts=2),
        Case("another message", taken("4712-1"), UNCLEAR),
        Case("something else answers there", Says(200, b'{"status": "ok"}'), UNCLEAR),
        Case("not valid", refusal(400, "text is too long"), (ErrorClass.PERMANENT, "rejected")),
        Case("no such phone", refusal(400, "Failed to select Device: none"), SETTINGS),
        Case("a stranger refuses", Says(400, b"<html>"), (ErrorClass.TEMPORARY, "bad_answer")),
        Case("wrong password", Says(401), (ErrorClass.SETTINGS, "credentials")),
        Case("not allowed", refusal(403, "scope"), (ErrorClass.SETTINGS, "credentials")),
        Case("wrong address", Says(404), SETTINGS),
        Case("queue full", refusal(503, "too many"), (ErrorClass.THROTTLED, "throttled")),
        Case("broken", refusal(500, "device"), (ErrorClass.UNKNOWN, "no_answer")),
        Case(
            "redirect", Says(301, b"", (("Location", "/x"),)), (ErrorClass.TEMPORARY, "redirected")
        ),
    ]
)


@pytest.mark.parametrize("case", TABLE, ids=labels)
def test_it_knows_what_the_answer_means(there: Provider, case: Case) -> None:
    run_case(Android, at(there), there, case)


def test_it_says_how_long_to_wait(there: Provider) -> None:
    check_wait(Android, at(there), there)


def test_a_full_queue_is_left_alone_for_a_minute(there: Provider) -> None:
    there.says = refusal(503, "queue limits exceeded")
    assert ask(Android, at(there), text()).wait == 60


def test_it_sends_what_is_documented(there: Provider) -> None:
    there.says = taken(f"4711-2-{MARK}")
    submit(Android, at(there), text(2))
    (request,) = there.requests
    assert (request.method, request.path) == ("POST", "/messages?skipPhoneValidation=true")
    scheme, pair = request.headers["authorization"].split()
    assert (scheme, base64.b64decode(pair).decode()) == ("Basic", "sms:ąbc:1")
    assert request.headers["content-type"] == "application/json"
    assert json.loads(request.body) == {
        "id": f"4711-2-{MARK}",
        "phoneNumbers": [PHONE],
        "textMessage": {"text": UNICODE},
        "ttl": 86_400,
        "withDeliveryReport": True,
    }


def test_the_id_fits_in_36_characters(there: Provider) -> None:
    submit(Android, at(there), text(20)._replace(our_reference="9" * 18))
    assert len(json.loads(there.requests[0].body)["id"]) <= 36


@pytest.mark.parametrize(
    ("given", "minutes", "seconds"),
    [({}, 0, 86_400), ({"validity_hours": "6"}, 0, 21_600), ({"validity_hours": "6"}, 61, 3660)],
)
def test_a_time_to_live_always_goes_along(
    there: Provider, given: dict[str, str], minutes: int, seconds: int
) -> None:
    submit(Android, at(there, **given), text()._replace(validity=minutes))
    assert json.loads(there.requests[0].body)["ttl"] == seconds


def test_neither_flash_nor_a_time_for_the_network_is_promised() -> None:
    assert not Android.can_flash(KEYS)
    assert not Android.can_limit_validity(KEYS)


@pytest.mark.parametrize(
    ("sims", "used"),
    [("", [None] * 5), ("2", [2] * 5), ("1,3", [1, 3, 1, 3, 1]), ("2,2,1", [2, 2, 1, 2, 2])],
)
def test_it_uses_the_sims_in_turn(there: Provider, sims: str, used: list[int | None]) -> None:
    phone = Phone()
    there.answer = phone
    texts = [text()._replace(our_reference=str(number)) for number in range(5)]
    answers = submit_all(at(there, **({"sims": sims} if sims else {})), texts)
    assert all(answer.error_class is None for answer in answers)
    assert [message.get("simNumber") for message in phone.messages.values()] == used


def submit_all(settings: dict[str, str], texts: Sequence[OutboundSms]) -> list[Answer]:
    """Hand over several texts, one after the other, to one gateway."""

    async def run() -> list[Answer]:
        gateway, answers = Android(settings), []
        await gateway.open(nothing)
        for sms in texts:
            result: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
            gateway.begin(sms, result.set_result)
            answers.append(await result)
        await gateway.close()
        return answers

    return asyncio.run(run())


@pytest.mark.parametrize(("parts", "expected"), [(1, (ID,)), (2, ())])
def test_a_text_whose_answer_is_lost_is_in_the_phone_once(
    there: Provider, parts: int, expected: tuple[str, ...]
) -> None:
    there.answer = phone = Phone(goes_away=True)
    assert submit(Android, at(there), text(parts)) == (ErrorClass.UNKNOWN, "no_answer")
    again = text(parts)._replace(unconfirmed=True)
    assert submit(Android, at(there), again) == expected
    assert (len(there.requests), len(phone.messages)) == (2, 1)


def test_a_phone_that_is_away_has_taken_nothing() -> None:
    with provider() as gone:
        settings = at(gone)
    assert submit(Android, settings, text()) == (ErrorClass.TEMPORARY, "no_connection")


def test_it_is_sent_again_only_with_ids_that_are_ours_alone(there: Provider) -> None:
    assert Android.resend(KEYS) is Resend.DEDUPE
    bare = {name: value for name, value in at(there).items() if name != "webhook_token"}
    assert Android.resend(bare) is Resend.NEVER
    there.says = Says(409)
    assert submit(Android, bare, text()) == (ErrorClass.TEMPORARY, "bad_answer")


WEBHOOKS = {
    f"promosms-{MARK}-delivered": ("sms:delivered", f"{CALLBACK}/receipt"),
    f"promosms-{MARK}-failed": ("sms:failed", f"{CALLBACK}/receipt"),
    f"promosms-{MARK}-received": ("sms:received", f"{CALLBACK}/inbound"),
}


def test_the_phone_is_asked_to_call_us_however_often_it_is_opened(there: Provider) -> None:
    there.answer = phone = Phone()
    for _ in range(2):
        open_and_close(at(there, callback_url=CALLBACK))
    assert {request.path for request in there.requests} == {"/webhooks"}
    assert len(there.requests) == 6
    found = {name: (one["event"], one["url"]) for name, one in phone.webhooks.items()}
    assert found == WEBHOOKS
    assert all(len(name) <= 36 and "deviceId" not in one for name, one in phone.webhooks.items())


def open_and_close(settings: dict[str, str]) -> None:
    async def run() -> None:
        gateway = Android(settings)
        await gateway.open(nothing)
        assert gateway.ready
        await gateway.close()

    asyncio.run(run())


@pytest.mark.parametrize(
    ("says", "reason"),
    [
        (refusal(400, "url must be https"), "webhook_refused"),
        (refusal(400, "no such Device"), "settings"),
        (Says(401), "credentials"),
    ],
)
def test_a_phone_that_refuses_to_call_us_is_not_opened(
    there: Provider, says: Says, reason: str
) -> None:
    there.says = says
    gateway = Android(at(there, callback_url=CALLBACK))
    with pytest.raises(GatewayError) as problem:
        asyncio.run(gateway.open(nothing))
    assert (problem.value.error_class, problem.value.reason) == (ErrorClass.SETTINGS, reason)
    assert (gateway.client, gateway.ready) == (None, False)


def test_a_phone_that_is_away_is_asked_again_before_anything_is_sent(there: Provider) -> None:
    phone, rest = Phone(), [Says(503), Says(hangs_up=True), Says(401), Says(201)]
    there.answer = lambda request: rest.pop(0) if rest else phone(request)

    async def run() -> None:
        gateway, ready = Android(at(there, callback_url=CALLBACK, retry_seconds="0.05")), []
        changed = asyncio.Event()
        gateway.on_change = changed.set
        assert not gateway.ready
        await gateway.open(nothing)
        ready.append(gateway.ready)
        async with asyncio.timeout(60):
            await changed.wait()
        ready.append(gateway.ready)
        await gateway.close()
        assert ready == [False, True]

    asyncio.run(run())
    assert len(phone.webhooks) == 2  # the first one was asked for with the last of the answers
    assert not phone.messages


def test_it_stops_asking_when_it_is_closed(there: Provider) -> None:
    there.says = Says(500)

    async def run() -> None:
        gateway = Android(at(there, callback_url=CALLBACK, retry_seconds="3600"))
        await gateway.open(nothing)
        await gateway.close()
        assert (gateway.asking, gateway.client, gateway.ready) == (None, None, False)
        assert len(asyncio.all_tasks()) == 1

    asyncio.run(run())


def test_a_server_sends_and_calls_by_one_phone_only(there: Provider) -> None:
    there.answer = phone = Phone()
    server = at(there, base_url=f"{there.url}/api/3rdparty/v1/", callback_url=CALLBACK)
    with pytest.raises(BadSettings, match="device_id is missing"):
        Android(server)
    submit(Android, {**server, "device_id": "dev-1"}, text())
    made: list[dict[str, Any]] = [*phone.webhooks.values(), *phone.messages.values()]
    assert [one["deviceId"] for one in made] == ["dev-1"] * 4
    paths = [request.path.partition("?")[0] for request in there.requests]
    assert paths == ["/api/3rdparty/v1/webhooks"] * 3 + ["/api/3rdparty/v1/messages"]


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("signing_key", "", "signing_key is missing; unsigned=yes does without"),
        ("number", "732000001", "number: the number of the SIM is needed"),
        ("number", "+48732000001,+48732000002", "number: the number of the SIM is needed"),
        ("sims", "4", "sims: a number from 1 to 3"),
        ("sims", "1;2", "sims: a number from 1 to 3"),
        ("per_hour", "0", "per_hour: a number from 1 to 3600"),
        ("per_hour", "3601", "per_hour: a number from 1 to 3600"),
        ("per_hour", "1.5", "per_hour: a number from 1 to 3600"),
        ("validity_hours", "0", "validity_hours: a number"),
        ("base_url", "http://192.168.1.20:8080", "must begin with https"),
        ("password", "", "missing: password"),
    ],
)
def test_settings_that_cannot_work_are_refused(name: str, value: str, words: str) -> None:
    good = {**KEYS, "base_url": "https://sms.example.com/phone"}
    Android(good)
    with pytest.raises(BadSettings, match=words):
        Android({**good, name: value})


@pytest.mark.parametrize(
    ("given", "parts"), [({}, 60), ({"per_hour": "1"}, 1), ({"per_hour": "3600"}, 3600)]
)
def test_it_is_as_slow_as_a_person(given: dict[str, str], parts: int) -> None:
    assert Android.most_rate({**KEYS, **given}) * 3600 == pytest.approx(parts)
