"""API keys of the account with an object of every kind, and what programs have done with them."""

from promosms.models import Account, ApiKey, Scope, WebhookEvent, now
from promosms.services.api import accepting, composing, idempotency, keys, sandbox
from promosms.services.api.keys import Wish
from promosms.services.webhooks import claiming, endpoints, event_ids, recording
from promosms.services.webhooks.recording import Result

FORM = {"name": "Till", "purpose": "real", "scopes": ["send", "read"], "networks": "203.0.113.7"}
HOOK = {"url": "https://shop.example/new", "events": ["reply.received"], "texts": "real"}
RIGHTS = (Scope.SEND, Scope.READ)


def ids(account: Account) -> dict[str, str]:
    """A key that works, one of the sandbox and a revoked one: their public ids by kind."""
    works = _key(account, Wish("Bakery 24", RIGHTS, networks=("203.0.113.0/24",)))
    trial = _key(account, Wish("Bakery 24 trial", RIGHTS, sandbox=True))
    revoked = _key(account, Wish("Bakery 23", RIGHTS))
    keys.revoke(revoked, "test")
    once = idempotency.once(account.id, "order 1", b"a request", sandbox=False)
    accepting.accept(works, _text("+48601111115"), once)
    sandbox.accept(trial, _text("+48601111115"), None)
    return {
        **_webhook(account),
        "api_key": works.public_id,
        "api_key sandbox": trial.public_id,
        "api_key revoked": revoked.public_id,
    }


def _webhook(account: Account) -> dict[str, str]:
    """A webhook that has heard of something, and the id of that event."""
    endpoint = endpoints.make(account.id, _hook("https://shop.example/hook"), "test")
    other = endpoints.make(account.id, _hook("https://shop.example/trial", sandbox=True), "test")
    endpoints.switch_off(other, "test")
    endpoints.rotate(endpoint, "test")
    endpoints.test(endpoint)
    (claimed,), _ = claiming.claim(lambda id_: int(id_ == endpoint.id))
    recording.record([Result(claimed, "410", now())])
    endpoints.switch_on(endpoint, "test")
    event = event_ids.encode([claimed.id])[0]
    return {"webhook": endpoint.public_id, "webhook off": other.public_id, "event": event}


def _hook(url: str, *, sandbox: bool = False) -> endpoints.Wish:
    return endpoints.Wish(url, WebhookEvent.CHOSEN, with_details=True, sandbox=sandbox)


def _key(account: Account, wish: Wish) -> ApiKey:
    key, _token = keys.make(account.id, wish, "test")
    return key


def _text(phone: str) -> composing.Wish:
    return composing.Wish(to=phone, text="Your parcel is here.", reference="order-1")
