"""API keys of the account with an object of every kind, and what programs have done with them."""

from promosms.models import Account, ApiKey, Scope
from promosms.services.api import accepting, composing, idempotency, keys, sandbox
from promosms.services.api.composing import Composed
from promosms.services.api.keys import Wish

FORM = {"name": "Till", "purpose": "real", "scopes": ["send", "read"], "networks": "203.0.113.7"}
RIGHTS = (Scope.SEND, Scope.READ)


def ids(account: Account) -> dict[str, str]:
    """A key that works, one of the sandbox and a revoked one: their public ids by kind."""
    works = _key(account, Wish("Bakery 24", RIGHTS, networks=("203.0.113.0/24",)))
    trial = _key(account, Wish("Bakery 24 trial", RIGHTS, sandbox=True))
    revoked = _key(account, Wish("Bakery 23", RIGHTS))
    keys.revoke(revoked, "test")
    once = idempotency.once(account.id, "order 1", b"a request", sandbox=False)
    accepting.accept(works, _text(account, "+48601111115"), once)
    sandbox.accept(trial, _text(account, "+48601111115"), None)
    return {
        "api_key": works.public_id,
        "api_key sandbox": trial.public_id,
        "api_key revoked": revoked.public_id,
    }


def _key(account: Account, wish: Wish) -> ApiKey:
    key, _token = keys.make(account.id, wish, "test")
    return key


def _text(account: Account, phone: str) -> Composed:
    wish = composing.Wish(to=phone, text="Your parcel is here.", reference="order-1")
    return composing.compose(account, wish)
