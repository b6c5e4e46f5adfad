"""The page about Zapier, n8n and Make, and the workflows that n8n imports from it."""

import base64
import json
import re
import shutil
import subprocess
import time
from typing import Any

import jsonschema_rs
import pytest
from flask import Flask

from promosms.forms.api.webhooks import EVENTS
from promosms.models import Scope
from promosms.services.webhooks import signing
from promosms.settings import settings
from promosms.urls import public_address
from promosms.views.api import tools
from promosms.web.api import PREFIX, openapi
from tests.support.pages import PageClient, words

JSON = "application/json"
HTTP = "n8n-nodes-base.httpRequest"
EXPRESSION = re.compile(r"{{.*?}}")
OTHER_NODE = re.compile(r"\$\('([^']+)'\)")
BODY = '{"type":"reply.received","timestamp":"","data":{"words":"Łódź"}}'.encode()
# n8n runs the program of a node within a function, with these names.
RUN = """
const { code, cases } = JSON.parse(require('fs').readFileSync(0, 'utf8'));
const { constructor } = Object.getPrototypeOf(async () => {});
const run = new constructor('$input', 'require', code);
Promise.all(cases.map(({ headers, body }) => {
  const helpers = { getBinaryDataBuffer: async () => Buffer.from(body, 'base64') };
  const input = { first: () => ({ json: { headers } }) };
  const ran = run.call({ helpers }, input, require);
  return ran.then(([item]) => item.json, (error) => error.message);
})).then((results) => console.log(JSON.stringify(results)));
"""


@pytest.fixture
def document(app: Flask) -> dict[str, Any]:
    """The OpenAPI document."""
    with app.app_context():
        return openapi.document(app, EVENTS)


def workflow(name: str) -> dict[str, Any]:
    """A workflow as it lies among the samples."""
    found: dict[str, Any] = json.loads((tools.SAMPLES / f"{name}.json").read_text())
    return found


def node(name: str, of: str = "reply") -> dict[str, Any]:
    """The parameters of a node of a workflow."""
    [found] = [each for each in workflow(of)["nodes"] if each["name"] == name]
    return dict(found["parameters"])


def operation(document: dict[str, Any], method: str, path: str) -> dict[str, Any]:
    """The operation of a request; the id within its path is an expression of n8n."""
    template = EXPRESSION.sub("{public_id}", path).removeprefix(PREFIX)
    return dict(document["paths"][template][method.lower()])


def validate(document: dict[str, Any], one: dict[str, Any], body: object) -> None:
    schema = one["requestBody"]["content"][JSON]["schema"]
    whole = {**schema, "components": document["components"]}
    jsonschema_rs.Draft202012Validator(whole).validate(body)


def pairs(parameters: dict[str, Any]) -> dict[str, str]:
    return {each["name"]: each["value"] for each in parameters["parameters"]}


def members(document: dict[str, Any], one: dict[str, Any]) -> set[str]:
    """The members of the answer of an operation."""
    name = one["responses"]["200"]["content"][JSON]["schema"]["$ref"].rpartition("/")[2]
    return set(document["components"]["schemas"][name]["properties"])


@pytest.mark.parametrize("name", tools.WORKFLOWS)
def test_a_workflow_is_a_file_with_the_address_of_this_installation(
    visitor: PageClient, context: None, name: str
) -> None:
    link = f"/api/recipes/{name}.json"
    assert visitor.get_page("/api/recipes").select_one(f'a[href="{link}"][download]')
    answer = visitor.get(link)
    assert answer.mimetype == JSON
    assert f'attachment; filename="promosms-{name}.json"' in answer.headers["Content-Disposition"]
    stored = (tools.SAMPLES / f"{name}.json").read_text()
    assert tools.SAMPLE_ADDRESS in stored
    assert answer.text == stored.replace(tools.SAMPLE_ADDRESS, public_address(""))
    assert visitor.get("/api/recipes/nothing.json").status_code == 404


def test_all_workflows_are_offered() -> None:
    files = sorted(file.name for file in tools.SAMPLES.iterdir())
    assert files == sorted(f"{name}.json" for name in tools.WORKFLOWS)


@pytest.mark.parametrize("name", tools.WORKFLOWS)
def test_its_nodes_stand_in_a_row_and_hold_no_key(name: str) -> None:
    made = workflow(name)
    names = [each["name"] for each in made["nodes"]]
    assert len({each["id"] for each in made["nodes"]}) == len(set(names)) == len(names)
    assert made["connections"] == {
        one: {"main": [[{"node": other, "type": "main", "index": 0}]]}
        for one, other in zip(names, names[1:], strict=False)
    }
    assert set(OTHER_NODE.findall(json.dumps(made))) <= set(names)
    assert not any("credentials" in each for each in made["nodes"])
    assert re.findall(r"psk_|whsec_(?!\.\.\.|')", json.dumps(made)) == []


@pytest.mark.parametrize("name", tools.WORKFLOWS)
def test_its_requests_are_those_of_the_api(document: dict[str, Any], name: str) -> None:
    requests = [each for each in workflow(name)["nodes"] if each["type"] == HTTP]
    for each in requests:
        asked = each["parameters"]
        address = asked["url"].removeprefix("=")
        assert address.startswith(f"{tools.SAMPLE_ADDRESS}{PREFIX}/")
        path = address.removeprefix(tools.SAMPLE_ADDRESS)
        one = operation(document, asked.get("method", "GET"), path)
        assert one["x-scope"] in (Scope.SEND, Scope.READ)
        assert asked["genericAuthType"] == "httpHeaderAuth"
        assert each["retryOnFail"]
        if "bodyParameters" in asked:
            validate(document, one, pairs(asked["bodyParameters"]))
            [(header, key)] = pairs(asked["headerParameters"]).items()
            assert header in {every["name"] for every in one["parameters"]}
            assert EXPRESSION.search(key)
            assert "$execution" not in key
    assert requests


def test_it_reads_what_events_and_answers_have(document: dict[str, Any]) -> None:
    event = json.dumps(node("Only replies of recipients")["conditions"])
    assert '"rightValue": "reply.received"' in event
    reply = set(EVENTS["reply.received"][0].model_fields)
    assert set(re.findall(r"\$json\.data\.(\w+)", event)) == {"kind", "recipient_id"} <= reply
    asked = node("Look up the recipient")["url"].removeprefix(f"={tools.SAMPLE_ADDRESS}")
    assert asked.endswith("{{ $json.data.recipient_id }}")
    text = pairs(node("Send a text")["bodyParameters"])["text"]
    known = members(document, operation(document, "GET", asked))
    assert set(re.findall(r"\$json\.(\w+)", text)) == {"first_name", "phone"} <= known
    key = pairs(node("Send a text")["headerParameters"])["Idempotency-Key"]
    assert "$('Check the signature').first().json.webhook_id" in key


def checked(cases: list[tuple[dict[str, str], bytes]], secret: str) -> list[Any]:
    """What the node says of each event: what it hands on, or why it stops."""
    program = shutil.which("node")
    assert program, "node is missing: scripts/test installs it"
    code = node("Check the signature")["jsCode"].replace("whsec_...", secret)
    sent = [{"headers": head, "body": base64.b64encode(body).decode()} for head, body in cases]
    done = subprocess.run(
        [program, "-e", RUN],
        input=json.dumps({"code": code, "cases": sent}),
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return list(json.loads(done.stdout))


def test_the_check_takes_what_is_signed_and_nothing_else() -> None:
    secret, other, moment = signing.new_secret(), signing.new_secret(), int(time.time())

    def signed(*keys: str, seconds: int = moment) -> dict[str, str]:
        return signing.headers(keys, "evt_1", seconds, BODY)

    results = checked(
        [
            (signed(secret), BODY),
            (signed(other, secret), BODY),
            (signed(secret, seconds=moment - 290), BODY),
            (signed(secret, seconds=moment + 290), BODY),
            (signed(secret, seconds=moment - 310), BODY),
            (signed(secret, seconds=moment + 330), BODY),
            (signed(secret), BODY.replace(b"reply", b"other")),
            (signed(secret) | {"webhook-id": "evt_2"}, BODY),
            (signed(other), BODY),
            ({}, BODY),
        ],
        secret,
    )
    taken = {"webhook_id": "evt_1", **json.loads(BODY)}
    assert results == [taken] * 4 + ["The signature is wrong, or too old."] * 6


def test_the_page_shows_the_check_as_it_is_and_requests_that_the_api_takes(
    visitor: PageClient, context: None, document: dict[str, Any]
) -> None:
    listings = [tag.get_text() for tag in visitor.get_page("/api/recipes").select("pre code")]
    assert node("Check the signature")["jsCode"].rstrip() in listings
    requests = [text for text in listings if text.startswith("POST ")]
    assert len(requests) == 2
    for text in requests:
        head, _, body = text.partition("\n\n")
        method, address = head.splitlines()[0].split(" ")
        assert address.startswith(public_address(PREFIX))
        one = operation(document, method, address.removeprefix(public_address("")))
        validate(document, one, json.loads(body))
        sent = dict(line.split(": ") for line in head.splitlines()[1:])
        named = {each["name"] for each in one["parameters"]} | {"Authorization", "Content-Type"}
        assert sent.keys() <= named
    assert f"Idempotency-Key: {tools.EVENT}" in requests[0]


def test_the_page_says_the_limits_that_are_kept(visitor: PageClient, context: None) -> None:
    text = words(visitor.get_page("/api/recipes").select_one("main").get_text(" "))
    limits = f"up to {settings.trial_guests} guests only, {settings.trial_texts_per_day} a day"
    assert limits in text
    assert "has 10 seconds to answer" in text
    assert "tried 8 times within 24 hours" in text
    assert "however often it comes within 24 hours" in text
