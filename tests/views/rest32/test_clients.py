"""Requests of public plug-ins for PromoSMS, byte for byte, and what each reads of the answer.

None of them was changed but for its address. Each test names the project whose request it is.
"""

from urllib.parse import quote, urlencode

import pytest
from flask import Flask
from sqlalchemy import select

from promosms.extensions import db
from promosms.models import ApiMessage, Message
from tests.support.rest32 import FORM, JSON, Plugin

pytestmark = pytest.mark.usefixtures("four_routes")
TEXT_JSON = {"Accept": "text/json", "Content-Type": JSON}
URL = "https://shop.example/getreport"


def stored(app: Flask) -> list[tuple[str, str, int, bool]]:
    """Number, text, price in 1/10,000 and flash of each text."""
    with app.app_context():
        columns = (Message.phone, Message.text, Message.price, Message.flash)
        rows = db.session.execute(select(*columns).order_by(Message.id)).all()
        return [tuple(row) for row in rows]


def of_api(app: Flask) -> ApiMessage:
    with app.app_context():
        return db.session.scalars(select(ApiMessage)).one()


def test_uptime_kuma(app: Flask, plugin: Plugin) -> None:
    """github.com/louislam/uptime-kuma: the status in the answer is compared with the number 0."""
    body = (
        '{"recipients":["500600700"],"text":"[Shop] [ Down] timeout of 48000ms exceeded",'
        '"long-sms":false,"type":1,"sender":"InfoSMS"}'
    )
    answer = plugin.call("POST", "/sms", body, TEXT_JSON)
    assert answer.status_code == 200
    assert answer.get_json()["response"]["status"] == 0
    text = "[Shop] [ Down] timeout of 48000ms exceeded"
    assert stored(app) == [("+48500600700", text, 300, False)]


def test_uptime_kuma_as_it_was_first(app: Flask, plugin: Plugin) -> None:
    """The first version marked JSON as a form, with the number in a list of objects."""
    body = '{"recipients":[{"recipients":"500600700"}],"text":"Down","type":"0","sender":""}'
    headers = {"Accept": "text/json", "Content-Type": FORM}
    answer = plugin.call("POST", "/sms", body, headers)
    assert answer.get_json()["response"]["status"] == 0
    assert stored(app) == [("+48500600700", "Down", 600, True)]


def test_the_notifier_of_symfony(app: Flask, plugin: Plugin) -> None:
    """github.com/tomasz-kusy/promosms: HTTP 200, a status of 0 for the first one, and its id."""
    body = (
        '{"type":3,"sender":null,"recipients":["+48500600700"],'
        '"text":"Zam\\u00f3wienie 17 ju\\u017c czeka","long-sms":1,'
        '"special-chars":1,"return-send-recipients":1}'
    )
    answer = plugin.call("POST", "/sms", body, TEXT_JSON)
    content = answer.get_json()
    first = content["response"]["recipientsResults"][0]
    assert (answer.status_code, first["status"]) == (200, 0)
    assert isinstance(first["sms-id"], str)
    assert stored(app) == [("+48500600700", "Zamówienie 17 już czeka", 400, False)]


def test_laravel_with_guzzle(app: Flask, plugin: Plugin) -> None:
    """github.com/taqie/promosms: a form without an Accept; what is empty is left out."""
    fields = {
        "text": "Zamówienie już czeka",
        "type": 4,
        "recipients[0]": "500600700",
        "recipients[1]": "+48 500 600 701",
        "return-send-recipients": 1,
    }
    answer = plugin.form(urlencode(fields), **{"User-Agent": "GuzzleHttp/7"})
    assert answer.get_json()["response"]["status"] == 0
    assert [each[:3] for each in stored(app)] == [
        ("+48500600700", "Zamowienie juz czeka", 700),
        ("+48500600701", "Zamowienie juz czeka", 700),
    ]


def test_a_shop_on_wordpress(app: Flask, plugin: Plugin) -> None:
    """A class that puts the list of numbers into a list once more, so its keys are nested."""
    numbers = ("500304204", "500456789", "500654321")
    nested = "".join(f"&recipients%5B0%5D%5B{n}%5D={number}" for n, number in enumerate(numbers))
    answer = plugin.form(f"text=Test+SMS+Content&type=1{nested}", Accept="text/json")
    assert answer.get_json()["response"]["status"] == 0
    assert [each[0] for each in stored(app)] == [f"+48{number}" for number in numbers]
    reports = plugin.reports("from-time=1433109600&to-time=1435701600", Accept="text/json")
    assert reports.get_json()["response"] == {"status": 0, "reports": [], "complete": True}


def test_a_service_of_laravel(app: Flask, plugin: Plugin) -> None:
    """It sends one string each, reads HTTP 200 and then the status, and has a delivery address."""
    query = "smsId=%smsId&number=%number&report=%report&ownID=%ownID&timestamp=%timestamp"
    body = (
        '{"text":"Dziekujemy za skorzystanie z us\\u0142ug.","type":3,"recipients":"500600700",'
        f'"sender":"","user-indexes":"d41d8cd98f00b204","delivery-url":"{URL}?{query}"}}'
    ).replace("/", "\\/")
    answer = plugin.call("POST", "/sms", body, {"Content-Type": JSON})
    assert (answer.status_code, answer.get_json()["response"]["status"]) == (200, 0)
    own = of_api(app)
    assert (own.reference, own.delivery_url) == ("d41d8cd98f00b204", f"{URL}?{query}")
    assert stored(app)[0][1] == "Dziekujemy za skorzystanie z uslug."


def test_a_page_of_a_browser(app: Flask, plugin: Plugin) -> None:
    """URLSearchParams: one string, flags as words, and another name for the delivery address."""
    url = f"{URL}?smsid=%smsID&delivery_date=%timestamp&report=%report"
    body = (
        "type=3&sender=&long-sms=0&special-chars=0&dlr-url=" + quote(url, safe="") + "&"
        "return-send-recipients=true&text=Spotkanie+jutro+o+9%3A00&recipients=48500600700"
    )
    answer = plugin.form(body, Accept="text/json")
    result = answer.get_json()["response"]["recipientsResults"][0]
    assert (int(result["status"]), bool(result["sms-id"])) == (0, True)
    assert of_api(app).delivery_url == url


def test_a_program_in_rust_that_looks_at_the_http_status(app: Flask, plugin: Plugin) -> None:
    """The type is a string, and a refusal is seen by the HTTP status alone."""
    body = '{"text":"Alert\\ndisk full","sender":"","recipients":["500600700"],"type":"3"}'
    assert plugin.call("POST", "/sms", body, {"Content-Type": JSON}).status_code == 200
    refused = body.replace("500600700", "225551234")
    assert plugin.call("POST", "/sms", refused, {"Content-Type": JSON}).status_code == 400
    assert len(stored(app)) == 1


def test_a_program_in_rust_that_reads_the_status(app: Flask, plugin: Plugin) -> None:
    """Without a type if none is set up: the usual route. The status is a number or a string."""
    body = '{"long-sms":true,"recipients":["500600700"],"text":"' + "x" * 639 + '"}'
    answer = plugin.call("POST", "/sms", body, {"Content-Type": JSON})
    assert answer.get_json()["response"]["status"] == 0
    assert stored(app)[0][2] == 5 * 300  # Standard costs 0.03 a part


def test_curl_of_php_with_an_array(app: Flask, plugin: Plugin) -> None:
    """An array as CURLOPT_POSTFIELDS is a form of several parts, with keys for lists."""
    fields = {"text": "Zażółć", "type": "1", "recipients[0]": "500600700", "recipients[1]": "1"}
    parts = "".join(
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    )
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    answer = plugin.call("POST", "/sms", f"{parts}--x--\r\n".encode(), headers)
    statuses = [each["status"] for each in answer.get_json()["response"]["recipientsResults"]]
    assert statuses == [0, 201]
    assert [each[:2] for each in stored(app)] == [("+48500600700", "Zazolc")]


def test_the_example_in_the_documentation_of_promosms(app: Flask, plugin: Plugin) -> None:
    """Lists with brackets, own ids as user-index[], and all fields."""
    body = (
        "text=Test%20message&type=3&recipients[]=500000001&recipients[]=500000002&special-chars=1&"
        "long-sms=1&delivery-url=http%3A%2F%2Fexample.com%2Fsmsid%3D%25smsID%26report%3D%25report&"
        "user-index[]=testmsg1&user-index[]=testmsg2&return-send-recipients=1"
    )
    answer = plugin.form(body, Accept="text/json").get_json()["response"]
    assert [each["user-index"] for each in answer["recipientsResults"]] == ["testmsg1", "testmsg2"]
    with app.app_context():
        rows = db.session.scalars(select(ApiMessage).order_by(ApiMessage.message_id)).all()
        assert [row.reference for row in rows] == ["testmsg1", "testmsg2"]
        assert {row.delivery_url for row in rows} == {
            "http://example.com/smsid=%smsID&report=%report"
        }


def test_numbers_that_are_repeated_without_brackets(app: Flask, plugin: Plugin) -> None:
    """Programs in Java and Go that add the same name several times."""
    answer = plugin.form("type=1&text=Hi&recipients=500600700&recipients=500600701")
    assert answer.get_json()["response"]["status"] == 0
    assert len(stored(app)) == 2
