"""Reports: what became of the texts that plug-ins have sent, in a span of time."""

from datetime import datetime, timedelta

import pytest
from flask import Flask

from promosms.models import Scope, now
from promosms.services.api.rest32 import reports
from tests.support import engine
from tests.support.api import Program, new_key
from tests.support.cast import Cast
from tests.support.clock import Clock
from tests.support.rest32 import Plugin, results, status

SENT = (
    "type=1&text=Hello&recipients[]=500600700&recipients[]=500600002&recipients[]=500600001"
    "&user-indexes[]=a&user-indexes[]=b&user-indexes[]=c&return-send-recipients=1"
)


def span(since: datetime, until: datetime, **more: str) -> str:
    words = {"from-time": int(since.timestamp()), "to-time": int(until.timestamp()), **more}
    return "&".join(f"{name}={value}" for name, value in words.items())


def around(moment: datetime, **more: str) -> str:
    minute = timedelta(minutes=1)
    named = {name.replace("_", "-"): value for name, value in more.items()}
    return span(moment - minute, moment + minute, **named)


def test_they_say_what_became_of_each_text(app: Flask, plugin: Plugin) -> None:
    sent = results(plugin.form(SENT))
    answer = plugin.reports(around(now())).get_json()["response"]
    assert (answer["status"], answer["complete"]) == (0, True)
    assert [(one["sms-id"], one["user-index"]) for one in answer["reports"]] == [
        (one["sms-id"], one["user-index"]) for one in sent
    ]
    assert {one["report"] for one in answer["reports"]} == {0}
    engine.settle(app)
    after = plugin.reports(around(now())).get_json()["response"]["reports"]
    assert [one["report"] for one in after] == [1, 2, 16]
    assert [one["recipient"] for one in after] == ["+48500600700", "+48500600002", "+48500600001"]
    assert all(one["report-time"] >= one["time"] for one in after)


def test_only_texts_of_this_interface_and_of_the_account_are_told(
    app: Flask, cast: Cast, plugin: Plugin
) -> None:
    Program(app, plugin.password).post("/messages", {"to": "+48500600700", "text": "Hello"})
    theirs = Plugin(app, new_key(app, cast.stranger.account_id), cast.stranger.email)
    theirs.form(SENT)
    assert plugin.reports(around(now())).get_json()["response"]["reports"] == []
    assert len(theirs.reports(around(now())).get_json()["response"]["reports"]) == 3
    first = results(theirs.form(SENT))[0]["sms-id"]
    mine = plugin.form(SENT)
    assert status(mine) == (200, 0)
    assert len(plugin.reports(around(now(), after_id=first)).get_json()["response"]["reports"]) == 3


def test_both_ends_of_the_time_count_as_they_say(plugin: Plugin, clock: Clock) -> None:
    clock.stop()
    plugin.form(SENT)
    moment = now().replace(microsecond=0)
    second = timedelta(seconds=1)
    for since, until, number in (
        (moment, moment + second, 3),
        (moment - second, moment, 0),
        (moment + second, moment + 2 * second, 0),
    ):
        found = plugin.reports(span(since, until)).get_json()["response"]["reports"]
        assert len(found) == number


def test_the_time_is_bounded(plugin: Plugin) -> None:
    for query, number in (
        ("from-time=0&to-time=2678400", 0),
        ("from-time=0&to-time=2678401", 210),
        ("from-time=5&to-time=5", 210),
        ("from-time=6&to-time=5", 210),
        ("from-time=x&to-time=5", 210),
        ("from-time=1&to-time=99999999999999", 210),
        ("from-time=1", 103),
        ("to-time=1", 103),
        ("", 103),
        ("from-time=1&to-time=2&after-id=msg_nothing", 210),
    ):
        assert status(plugin.reports(query)) == ((400 if number else 200), number), query


def test_what_is_too_much_for_one_answer_goes_on(
    plugin: Plugin, trial: Plugin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reports, "MOST", 2)
    for each in (plugin, trial):
        ids = [one["sms-id"] for one in results(each.form(SENT))]
        first = each.reports(around(now())).get_json()["response"]
        assert [one["sms-id"] for one in first["reports"]] == ids[:2]
        assert not first["complete"]
        assert "after-id" in first["message"]
        rest = each.reports(around(now(), after_id=ids[1])).get_json()["response"]
        assert ([one["sms-id"] for one in rest["reports"]], rest["complete"]) == (ids[2:], True)


def test_a_sandbox_key_gets_those_of_the_sandbox(
    app: Flask, cast: Cast, plugin: Plugin, trial: Plugin, clock: Clock
) -> None:
    clock.stop()
    plugin.form(SENT)
    trial.form(SENT)
    other = new_key(app, cast.owner.account_id, name="B", sandbox=True, scopes=(Scope.READ,))
    clock.move(seconds=5)
    found = trial.reports(around(now())).get_json()["response"]["reports"]
    assert [one["report"] for one in found] == [1, 2, 16]
    assert all(one["sms-id"].startswith("msg_test_") for one in found)
    assert Plugin(app, other).reports(around(now())).get_json()["response"]["reports"] == []


def test_as_text_each_is_a_line(plugin: Plugin) -> None:
    plugin.form(SENT)
    lines = plugin.reports(around(now()), Accept="text/plain").text.splitlines()
    assert lines[0] == "0"
    assert [line.split(";")[0] for line in lines[1:]] == ["0", "0", "0"]
    assert lines[1].split(";")[2] == "+48500600700"
