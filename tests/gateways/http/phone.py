"""A phone with SMS Gateway for Android: it keeps ids and webhooks as the app does."""

import json
from dataclasses import dataclass, field
from typing import Any

from tests.gateways.http.provider import ReceivedRequest, Says


@dataclass
class Phone:
    """What the app has: messages and webhooks by their ids. `goes_away` loses one answer."""

    messages: dict[str, dict[str, Any]] = field(default_factory=dict)
    webhooks: dict[str, dict[str, Any]] = field(default_factory=dict)
    goes_away: bool = False

    def __call__(self, request: ReceivedRequest) -> Says:
        """Answer as the app does."""
        path, sent = request.path.partition("?")[0], json.loads(request.body)
        if path.endswith("/webhooks"):
            self.webhooks[sent["id"]] = sent
            return Says(201, json.dumps(sent).encode())
        if sent["id"] in self.messages:
            return Says(409, b'{"message": "there is a message with this id"}')
        self.messages[sent["id"]] = sent
        if self.goes_away:
            self.goes_away = False
            return Says(hangs_up=True)
        return taken(sent["id"])


def taken(message_id: str) -> Says:
    """The answer to a message that is queued."""
    states = {"id": message_id, "deviceId": "phone", "state": "Pending", "states": {}}
    return Says(202, json.dumps({**states, "recipients": []}).encode())


def event(name: str, event_id: str = "e1", **payload: object) -> bytes:
    """The body of a call by the phone."""
    call = {"id": event_id, "webhookId": "w", "deviceId": "phone", "event": name}
    return json.dumps({**call, "payload": payload}).encode()
