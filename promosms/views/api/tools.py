"""What the page about Zapier, n8n and Make says that has its source in the code."""

import json
from pathlib import Path

from promosms.forms.api.messages import NewMessage
from promosms.forms.api.webhook_endpoints import NewWebhook, Told
from promosms.settings import settings
from promosms.urls import public_address
from promosms.views.api import examples, guide
from promosms.web.api import PREFIX

SAMPLES = Path(__file__).resolve().parents[3] / "docs" / "samples" / "n8n"
WORKFLOWS = ("send", "reply")
"""The workflows for n8n: one that sends a text, and one that works on replies."""
SAMPLE_ADDRESS = "https://sms.example.com"
"""Stands in the files in the place of the address of this installation."""
EVENT = "order-4711"
"""The id of what has happened in the other program."""


def workflow(name: str) -> str:
    """A workflow that n8n imports, with the address of this installation; KeyError without one."""
    if name not in WORKFLOWS:
        raise KeyError(name)
    return (SAMPLES / f"{name}.json").read_text().replace(SAMPLE_ADDRESS, public_address(""))


def check() -> str:
    """The program of the node that checks the signature."""
    nodes = json.loads(workflow("reply"))["nodes"]
    [code] = [node["parameters"]["jsCode"] for node in nodes if "jsCode" in node["parameters"]]
    return str(code).rstrip()


def send() -> str:
    """The request that sends a text, as all three tools make it."""
    body = NewMessage(to="+48600100200", text="Your parcel is at our counter.", reference=EVENT)
    members = body.model_dump(include={"to", "text", "reference"})
    return _request("messages", members, f"Idempotency-Key: {EVENT}\n")


def add_webhook() -> str:
    """The request that adds the address of a tool as a webhook."""
    body = NewWebhook(url="https://shop.example/hook", events=[Told.REPLY_RECEIVED])
    return _request("webhooks", body.model_dump(mode="json", include={"url", "events"}))


def figures() -> dict[str, object]:
    """Limits, as they are on this installation."""
    return {
        "most_guests": settings.trial_guests,
        "texts_a_day": settings.trial_texts_per_day,
        **guide.figures(),
    }


def _request(path: str, members: dict[str, object], more: str = "") -> str:
    head = f"POST {public_address(PREFIX)}/{path}\nAuthorization: Bearer {guide.PLACEHOLDER}\n"
    return f"{head}Content-Type: application/json\n{more}\n{examples.written(members)}"
