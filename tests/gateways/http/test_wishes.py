"""What a campaign wants of a text, flash or a time to try for, in the terms of each provider."""

import json

import pytest

from promosms.gateways.base import BadSettings
from promosms.gateways.http.configurable import GenericHttp
from promosms.gateways.http.smsapi import Smsapi
from promosms.gateways.http.twilio import Twilio
from promosms.gateways.http.vonage import Vonage
from tests.gateways.http.provider import Provider, Says
from tests.gateways.http.runner import LOOPBACK, submit, text
from tests.gateways.http.test_generic import TAKEN, settings

VONAGE = {"api_key": "abcd1234", "api_secret": "not-a-secret", "signature_secret": "sign"}


@pytest.mark.parametrize(("minutes", "ttl"), [(0, None), (1, "60000"), (180, "10800000")])
def test_vonage_is_told_in_milliseconds(there: Provider, minutes: int, ttl: str | None) -> None:
    there.says = Says(200, b'{"messages": [{"status": "0", "message-id": "0A1"}]}')
    submit(Vonage, {**VONAGE, **LOOPBACK, "base_url": there.url}, text()._replace(validity=minutes))
    assert there.requests[0].form.get("ttl") == ttl
    assert Vonage.can_limit_validity(VONAGE)


@pytest.mark.parametrize(
    ("given", "minutes", "said"),
    [({}, 0, 1440), ({"validity_hours": "6"}, 0, 360), ({"validity_hours": "6"}, 61, 61)],
)
def test_any_provider_is_told_by_a_placeholder(
    there: Provider, given: dict[str, str], minutes: int, said: int
) -> None:
    there.says = TAKEN
    body = '{"for": {validity_minutes}, "ttl": {validity_seconds}, "ref": "{reference}"}'
    with_time = settings(there, {**given, "body": body})
    submit(GenericHttp, with_time, text()._replace(validity=minutes))
    told = json.loads(there.requests[0].body)
    assert (told["for"], told["ttl"]) == (said, said * 60)
    assert GenericHttp.can_limit_validity(with_time)
    assert not GenericHttp.can_limit_validity(settings(there, given))


@pytest.mark.parametrize("hours", ["0", "721", "1.5", "-1", "a", "1000", "٣"])
def test_the_usual_time_must_make_sense(there: Provider, hours: str) -> None:
    with pytest.raises(BadSettings, match="validity_hours: a number from 1 to 720 is needed"):
        GenericHttp(settings(there, {"validity_hours": hours}))


@pytest.mark.parametrize("hours", ["1", "720"])
def test_the_borders_of_the_usual_time(there: Provider, hours: str) -> None:
    assert GenericHttp(settings(there, {"validity_hours": hours})).usual_validity == int(hours) * 60


def test_where_nothing_is_known_about_it_nothing_is_promised() -> None:
    assert not Smsapi.can_limit_validity({"token": "t"})
    # Its ValidityPeriod is for its own queue only.
    assert not Twilio.can_limit_validity({"account_sid": "AC1", "auth_token": "t"})


@pytest.mark.parametrize(("flash", "said"), [(False, None), (True, "0")])
def test_vonage_is_told_the_class_of_flash(there: Provider, flash: bool, said: str | None) -> None:
    there.says = Says(200, b'{"messages": [{"status": "0", "message-id": "0A1"}]}')
    submit(Vonage, {**VONAGE, **LOOPBACK, "base_url": there.url}, text()._replace(flash=flash))
    assert there.requests[0].form.get("message-class") == said
    assert Vonage.can_flash(VONAGE)


@pytest.mark.parametrize(("flash", "said"), [(False, None), (True, "1")])
def test_smsapi_is_told_of_flash(there: Provider, flash: bool, said: str | None) -> None:
    there.says = Says(200, b'{"list": [{"id": "1", "status": "QUEUE"}]}')
    keys = {"token": "t", **LOOPBACK, "base_url": there.url}
    submit(Smsapi, keys, text()._replace(flash=flash))
    assert there.requests[0].form.get("flash") == said
    assert Smsapi.can_flash(keys)


@pytest.mark.parametrize(
    ("given", "flash", "said"),
    [
        *(({}, True, True), ({}, False, False)),
        *(({"flash_yes": "0", "flash_no": "1"}, flash, int(not flash)) for flash in (True, False)),
    ],
)
def test_any_provider_is_told_of_flash_by_a_placeholder(
    there: Provider, given: dict[str, str], flash: bool, said: object
) -> None:
    there.says = TAKEN
    with_class = settings(there, {**given, "body": '{"class": {flash}, "ref": "{reference}"}'})
    submit(GenericHttp, with_class, text()._replace(flash=flash))
    assert json.loads(there.requests[0].body)["class"] is said
    assert GenericHttp.can_flash(with_class)
    assert not GenericHttp.can_flash(settings(there, given))


def test_twilio_has_no_flash() -> None:
    assert not Twilio.can_flash({"account_sid": "AC1", "auth_token": "t"})
