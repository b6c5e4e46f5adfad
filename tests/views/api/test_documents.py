"""The pages about the API: complete, correct, and made of what the API itself is made of."""

import json
import re
from dataclasses import fields
from datetime import timedelta
from itertools import product
from typing import Any

import jsonschema_rs
import pytest
from flask import Flask

from promosms.forms import rest32 as forms_of_plug_ins
from promosms.forms.api.webhooks import EVENTS
from promosms.gateways.simulator import OUTCOMES, Outcome
from promosms.models import MessageStatus, Scope, WebhookEvent
from promosms.services.api.rest32 import delivery_urls
from promosms.services.api.rest32.statuses import MEANINGS, Status
from promosms.services.webhooks import noting, recording
from promosms.views.api import examples, guide, plug_ins, schemas
from promosms.web.api import openapi
from promosms.web.api.problems import TYPES
from promosms.web.api.rest32 import answers
from tests.support.html import Page, Tag
from tests.support.pages import PageClient, words

METHODS = {"get", "post", "delete", "patch"}
PAGES = (
    *("/api", "/api/reference", "/api/reference/messages"),
    *("/api/webhooks", "/api/errors", "/api/promosms", "/api/recipes"),
)
JSON = "application/json"
EMPTY: dict[str, Any] = {"content": {JSON: {"schema": {}}}}
INLINE = re.compile(r"`([^`]+)`")


@pytest.fixture
def document(app: Flask) -> dict[str, Any]:
    """The OpenAPI document."""
    with app.app_context():
        return openapi.document(app, EVENTS)


def operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (path, method, one)
        for path, methods in document["paths"].items()
        for method, one in methods.items()
    ]


def about(visitor: PageClient, path: str) -> Page:
    """The page of the operations with an address that begins with the same step."""
    return visitor.get_page(f"/api/reference/{path.split('/')[1]}")


def section(page: Page, name: str) -> str:
    """The words of the section with this heading."""
    (found,) = page.select(f'section[aria-labelledby="{name}"]')
    return read(found)


def read(part: Tag) -> str:
    """The words of a part of a page, as they are read: with a blank between two elements."""
    return re.sub(r" (?=[,.;:])", "", words(part.get_text(" ")))


def follow_all_links(visitor: PageClient, path: str) -> None:
    page = visitor.get_page(path)
    anchors = {tag["id"] for tag in page.select("[id]")}
    others: dict[str, set[str]] = {}  # many links lead to one page, which is opened once
    for link in page.select("main a"):
        target, _, anchor = link["href"].partition("#")
        if link["href"] == path:
            assert link["aria-current"] == "page"
        elif target in ("", path):
            assert anchor in anchors, link["href"]
        elif target in PAGES or target.startswith("/api/reference/"):
            if target not in others:
                others[target] = {tag["id"] for tag in visitor.get_page(target).select("[id]")}
            assert not anchor or anchor in others[target], link["href"]
        elif target not in ("/settings/api", "/settings/webhooks"):  # only for owners
            assert visitor.get(target).status_code == 200, target


def references(part: object) -> list[str]:
    """Everything that a part of the document refers to."""
    if isinstance(part, dict):
        own = [part["$ref"]] if "$ref" in part else []
        return own + [ref for each in part.values() for ref in references(each)]
    return [ref for each in part for ref in references(each)] if isinstance(part, list) else []


def reached(part: object, objects: dict[str, Any]) -> set[str]:
    """The names of the objects that a part of the document leads to, at any depth."""
    found = set[str]()
    inside = references(part)
    while inside:
        name = inside.pop().rpartition("/")[2]
        if name not in found:
            found.add(name)
            inside += references(objects[name])
    return {name for name in found if "properties" in objects[name]}


def shown(text: str) -> str:
    """A text as the page shows it: without its backticks."""
    return words(INLINE.sub(r"\1", text))


@pytest.mark.parametrize("path", PAGES)
def test_everybody_reads_them_and_every_link_within_them_leads_somewhere(
    visitor: PageClient, path: str
) -> None:
    follow_all_links(visitor, path)


def test_so_on_the_page_of_every_topic(visitor: PageClient, document: dict[str, Any]) -> None:
    for topic in sorted({path.split("/")[1] for path, *_ in operations(document)}):
        follow_all_links(visitor, f"/api/reference/{topic}")
    assert visitor.get("/api/reference/nothing").status_code == 404


@pytest.mark.parametrize("path", PAGES)
def test_their_words_are_english_and_say_so(visitor: PageClient, path: str) -> None:
    assert "in English" not in visitor.get_page(path).select_one("main").get_text()
    polish = visitor.get(path, headers={"Accept-Language": "pl"}).text
    assert "Ta dokumentacja jest po angielsku" in polish
    assert polish.index("Ta dokumentacja") < polish.index('<div class="stack" lang="en">')


@pytest.mark.parametrize("path", PAGES)
def test_what_is_wider_than_the_screen_is_reached_by_the_keyboard(
    visitor: PageClient, path: str
) -> None:
    page = visitor.get_page(path)
    for listing in page.select("pre"):
        assert listing["tabindex"] == "0"
        assert listing["aria-label"]
    names = [listing["aria-label"] for listing in page.select("pre")]
    assert len(names) == len(set(names)), names


def test_the_document_is_that_of_openapi(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1.")
    assert set(document["info"]) >= {"title", "version"}
    assert all(server["url"].startswith("https://") for server in document["servers"])
    names = [one["operationId"] for _path, _method, one in operations(document)]
    assert len(names) == len(set(names))
    for path, method, one in operations(document):
        assert method in METHODS
        assert path.startswith("/")
        assert one["summary"]
        assert one["tags"]
        inside = {each["name"] for each in one["parameters"] if each["in"] == "path"}
        assert inside == set(re.findall(r"\{(\w+)\}", path))
        assert all(each["required"] for each in one["parameters"] if each["in"] == "path")
        assert any(status.startswith("2") for status in one["responses"])
        assert all(answer["description"] for answer in one["responses"].values())


def test_its_schemas_are_valid_and_every_reference_leads_to_one(document: dict[str, Any]) -> None:
    for name, schema in document["components"]["schemas"].items():
        jsonschema_rs.meta.validate({**schema, "$schema": openapi_dialect()})
        assert name
    found = references(document)
    assert found
    for reference in found:
        place: Any = document
        for step in reference.removeprefix("#/").split("/"):
            place = place[step]


def openapi_dialect() -> str:
    """The schemas of OpenAPI 3.1 are those of this JSON Schema."""
    return "https://json-schema.org/draft/2020-12/schema"


def test_it_is_served_to_everybody_as_it_is(app: Flask, document: dict[str, Any]) -> None:
    answer = app.test_client().get("/api/v1/openapi.json", base_url="https://localhost")
    assert answer.mimetype == "application/json"
    assert json.loads(answer.text) == document


def test_every_operation_stands_in_the_reference(
    visitor: PageClient, document: dict[str, Any]
) -> None:
    overview = visitor.get_page("/api/reference")
    for path, method, one in operations(document):
        page = about(visitor, path)
        text = section(page, one["operationId"])
        topic = section(overview, path.split("/")[1])
        assert f"{method.upper()} {path} {one['summary']}" in topic
        assert text.startswith(f"{one['summary']} {method.upper()} {path}")
        assert shown(one.get("description", "")) in text
        scope = f"scope {one['x-scope']}" if "x-scope" in one else "every key"
        assert f"{path} {scope} " in text
        for each in one["parameters"]:
            assert each["name"] in text
            assert shown(each.get("description", "")) in text
        assert page.select_one(f'nav a[href="#{one["operationId"]}"]')


def test_every_member_of_every_object_stands_in_the_reference(
    visitor: PageClient, document: dict[str, Any]
) -> None:
    objects = document["components"]["schemas"]
    names = [schemas.shown(name) for name, schema in objects.items() if "properties" in schema]
    assert len(names) == len(set(names))
    overview = visitor.get_page("/api/reference")
    shown_by = {
        name: [section(overview, schemas.shown(name))] for name in ("ErrorAt", "ProblemOut")
    }
    for path, _method, one in operations(document):
        page = about(visitor, path)
        body = schemas.name_of(one.get("requestBody", EMPTY)["content"][JSON]["schema"])
        given = [each["content"].get(JSON, {}) for each in one["responses"].values()]
        if body:
            shown_by.setdefault(body, []).append(section(page, one["operationId"]))
        for name in reached([given, objects.get(body)], objects):
            shown_by.setdefault(name, []).append(section(page, schemas.shown(name)))
    events = visitor.get_page("/api/webhooks")
    for event, one in document["webhooks"].items():
        content = one["post"]["requestBody"]["content"]
        name = schemas.name_of(content[JSON]["schema"]["properties"]["data"])
        shown_by.setdefault(name, []).append(section(events, event))
    for name, schema in objects.items():
        assert "properties" not in schema or name in shown_by, name
        members = schema.get("properties", {}).items()
        for text, (member, each) in product(shown_by.get(name, []), members):
            assert member in text, f"{name}: {member}"
            assert shown(each.get("description", "")) in text, f"{name}: {member}"
            for word in each.get("enum", ()):
                assert word in text


def test_its_words_say_what_is_needed_and_how_much(visitor: PageClient) -> None:
    text = section(visitor.get_page("/api/reference/messages"), "messages_send")
    assert "to needed string, 1 to 40 characters The mobile number" in text
    assert "valid_minutes integer or null, 1 to 4320 For so long" in text
    assert "send_at time or null When it is to leave" in text
    assert "max_price amount or null If the text costs more" in text
    assert "plain boolean, false if left out Write letters" in text
    assert "201 Accepted: it is stored: Message" in text


def test_every_problem_of_an_operation_is_named(
    visitor: PageClient, document: dict[str, Any]
) -> None:
    problems = section(visitor.get_page("/api/reference"), "problems")
    for path, _method, one in operations(document):
        text = f"{problems} {section(about(visitor, path), one['operationId'])}"
        for status, answer in one["responses"].items():
            if "application/problem+json" in answer["content"]:
                for code in answer["description"].split(", "):
                    assert re.search(rf"\b{status}: ([a-z, -]+, )?{code}\b", text), code


def test_every_problem_stands_where_its_type_leads_to(visitor: PageClient) -> None:
    page = visitor.get_page("/api/errors")
    for code, problem in TYPES.items():
        (found,) = page.select(f'section[aria-labelledby="status-{problem.status}"] [id="{code}"]')
        assert read(found) == code
        text = section(page, f"status-{problem.status}")
        assert f"{code} {problem.title}. {shown(problem.advice)}" in text


def test_a_problem_leads_to_its_line(app: Flask, visitor: PageClient) -> None:
    answer = app.test_client().get("/api/v1/routes", base_url="https://localhost")
    leads = answer.get_json()["type"].partition("/api/")
    page, _, anchor = (leads[1] + leads[2]).partition("#")
    assert visitor.get_page(page).select(f'[id="{anchor}"]')


def test_the_examples_are_what_the_api_takes_and_gives(
    context: None, document: dict[str, Any]
) -> None:
    every = document["components"]["schemas"]
    for name, schema in every.items():
        whole = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
        check = jsonschema_rs.Draft202012Validator(whole)
        check.validate(examples.value(schema, every))
        if "properties" in schema:
            check.validate(examples.body(schema, every) | examples.value(schema, every))


def test_the_guide_names_every_status_and_every_scope(visitor: PageClient) -> None:
    page = visitor.get_page("/api")
    assert set(guide.STATUSES) == set(MessageStatus)
    text = section(page, "statuses")
    assert [status for status in MessageStatus if f"{status.value} " not in text] == []
    keys = section(page, "keys")
    assert [scope for scope in Scope if f"{scope.value} " not in keys] == []


def test_the_table_of_the_sandbox_says_what_the_sandbox_does(visitor: PageClient) -> None:
    text = section(visitor.get_page("/api"), "sandbox")
    for digits, outcome in OUTCOMES.items():
        assert (f"…{digits}" in text) == (outcome is not Outcome.BUSY)  # arrives as any other
    assert "…00001 The network refuses it. failed" in text
    assert "…00002 The network cannot deliver it. undelivered" in text
    assert "…00003 The phone is off until the text expires. expired" in text
    assert "…00005 No news comes after it was sent. sent" in text


def test_the_guide_shows_the_samples_as_they_are_and_its_own_address(
    app: Flask, visitor: PageClient
) -> None:
    page = visitor.get_page("/api")
    listings = [tag.get_text() for tag in page.select("pre code")]
    about_events = visitor.get_page("/api/webhooks").select("pre code")
    files = list(guide.SAMPLES.iterdir())
    assert len(files) == 2 * len(guide.LANGUAGES) + 3
    for file in files:
        there = [tag.get_text() for tag in about_events] if file.stem == "receive" else listings
        assert file.read_text() in there, file.name
    assert any("PROMOSMS_ADDRESS='https://" in text for text in listings)


def test_the_page_about_plug_ins_has_all_fields_statuses_and_samples(
    app: Flask, visitor: PageClient
) -> None:
    page = visitor.get_page("/api/promosms")
    listings = [tag.get_text() for tag in page.select("pre code")]
    for file in plug_ins.SAMPLES.iterdir():
        assert file.read_text() in listings, file.name
    sent = forms_of_plug_ins.asked(dict.fromkeys(plug_ins.FIELDS))
    assert len(plug_ins.FIELDS) == len(fields(sent)) + 1  # return-send-recipients is of the answer
    for status in Status:
        [words_of_it] = page.select(f"#status-{int(status)} + dd")
        said = read(words_of_it)
        assert said.startswith(f"{MEANINGS[status].title}.")
        assert said.endswith(f"HTTP {answers.http_of(status)}")
    told = section(page, "delivery")
    for name in plug_ins.PLACES:
        assert name in told
        filled = delivery_urls.filled(name, "msg_0", MessageStatus.SENT)
        assert filled != name
    assert set(plug_ins.REPORTS) == set(delivery_urls.REPORTS.values())


def test_they_are_found_from_every_page(visitor: PageClient) -> None:
    assert visitor.get_page("/").select_one('footer a[href="/api"]')


def test_the_page_of_webhooks_has_every_event_with_an_example(
    visitor: PageClient, document: dict[str, Any]
) -> None:
    page, told = visitor.get_page("/api/webhooks"), document
    assert set(told["webhooks"]) == {*WebhookEvent}
    for event, one in told["webhooks"].items():
        assert one["post"]["summary"] in section(page, event)
        (example,) = page.select(f'section[aria-labelledby="{event}"] pre')
        schema = one["post"]["requestBody"]["content"][JSON]["schema"]
        whole = {**schema, "components": told["components"]}
        jsonschema_rs.Draft202012Validator(whole).validate(json.loads(example.get_text()))


def test_the_page_of_webhooks_says_the_times_that_are_kept(visitor: PageClient) -> None:
    retries = section(visitor.get_page("/api/webhooks"), "retries")
    waits = "5 seconds, 5 minutes, 30 minutes, 2 hours, 4 hours, 8 hours, 9 hours"
    assert f"8 times within 24 hours: again after {waits}." in retries
    assert sum(recording.WAITS, timedelta()) < noting.LONGEST
    assert "after 3 days the webhook is switched off" in retries
    assert "a log of the last 14 days" in retries
