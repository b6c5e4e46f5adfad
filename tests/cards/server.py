"""A stateful Stripe over HTTP: localstripe with additions.

From localstripe come customers, cards, payment intents, charges, refunds and events. Added here,
speaking the same HTTP: Checkout Sessions, disputes, idempotency keys, the limit of refunds, the
filters of lists; and under `/_config/` what a payer or an operator would do in a browser, and
switches to be away or to hold an answer back. Run as `python -m tests.cards.server PORT`.
"""

import asyncio
import hashlib
import re
import sys
from typing import Any

from aiohttp import web
from localstripe import resources, server
from localstripe.errors import UserError
from localstripe.resources import (
    Charge,
    Customer,
    Event,
    List,
    PaymentIntent,
    PaymentMethod,
    Refund,
    SetupIntent,
    StripeObject,
    store,
)

VISA = "4242424242424242"
answers: dict[str, tuple[str, int, bytes]] = {}
switches: dict[str, Any] = {"down": False, "hold": "", "holding": False}
released = asyncio.Event()


class Session(StripeObject):
    """A Checkout Session, for a payment or for saving a card."""

    object = "checkout.session"
    _id_prefix = "cs_"

    def __init__(self, mode: str, **params: Any) -> None:
        if mode not in ("payment", "setup") or "success_url" not in params:
            raise UserError(400, "Bad request")
        super().__init__()
        self.mode, self.status, self.payment_status = mode, "open", "unpaid"
        self.url = f"http://127.0.0.1:{PORT}/pay/{self.id}"
        self.client_reference_id = params.get("client_reference_id")
        self.customer = params.get("customer")
        self.metadata = params.get("metadata") or {}
        self.success_url, self.cancel_url = params["success_url"], params.get("cancel_url")
        self.payment_intent = self.setup_intent = None
        self.amount_total = self.currency = None
        self._params = params
        if mode == "payment":
            (line,) = params["line_items"]
            price = line["price_data"]
            if price["product_data"].get("name", "") == "":
                raise UserError(400, "Bad request")
            self.amount_total = int(price["unit_amount"]) * int(line["quantity"])
            self.currency = price["currency"]
        else:
            self.payment_status = "no_payment_required"

    @classmethod
    def _api_expire(cls, id: str, **_: Any) -> "Session":
        result: Session = cls._api_retrieve(id)
        if result.status != "open":
            raise UserError(400, "Only open sessions can be expired.")
        result.status, result.url = "expired", None
        Event("checkout.session.expired", result)
        return result

    def _pay(self, number: str, amount: int | None, currency: str | None) -> None:
        """The payer pays on the page."""
        card = _card(number)
        if self.mode == "setup":
            metadata = self._params.get("setup_intent_data", {}).get("metadata")
            setup = SetupIntent(customer=self.customer, metadata=metadata)
            card.customer = self.customer
            setup.payment_method, setup.status = card.id, "succeeded"
            self.setup_intent = setup.id
        else:
            self._charge(card, amount or self.amount_total, currency or self.currency)
            self.payment_status = "paid"
        self.status, self.url = "complete", None

    def _charge(self, card: PaymentMethod, amount: int, currency: str) -> None:
        params = self._params.get("payment_intent_data", {})
        if self._params.get("customer_creation") == "always":
            self.customer = Customer().id
            card.customer = self.customer
        intent = PaymentIntent(
            amount=amount,
            currency=currency,
            customer=self.customer,
            payment_method=card.id,
            metadata=params.get("metadata"),
        )
        intent._confirm(on_failure_now=intent._report_failure)
        self.payment_intent = intent.id


class Dispute(StripeObject):
    """The payer's bank takes a charge back."""

    object = "dispute"
    _id_prefix = "dp_"

    def __init__(self, payment_intent: str, amount: int | None, status: str) -> None:
        intent = PaymentIntent._api_retrieve(payment_intent)
        super().__init__()
        self.payment_intent, self.charge = payment_intent, intent.latest_charge.id
        self.amount, self.currency = amount or intent.amount, intent.currency
        self.status, self.metadata = status, {}

    @classmethod
    def _api_list_all(
        cls, url: str, payment_intent: str | None = None, limit: int | None = None
    ) -> List:
        result = super()._api_list_all(url, limit=limit)
        if payment_intent:
            result._list = [item for item in result._list if item.payment_intent == payment_intent]
        return result


def _card(number: str) -> PaymentMethod:
    return PaymentMethod(
        type="card", card={"number": number, "exp_month": 12, "exp_year": 2040, "cvc": "123"}
    )


def _complete_localstripe() -> None:
    """Properties and rules of Stripe's that localstripe leaves out."""
    resources.Store.dump_to_disk = lambda _store: None
    PaymentIntent.amount_received = property(
        lambda intent: intent.amount if intent.status == "succeeded" else 0
    )
    Charge.disputed = property(
        lambda charge: any(
            dispute.charge == charge.id and dispute.status not in ("won", "lost")
            for key, dispute in store.items()
            if key.startswith("dispute:")
        )
    )
    begin = Refund.__init__

    def refund(self: Refund, **params: Any) -> None:
        intent = params.get("payment_intent")
        charge = PaymentIntent._api_retrieve(intent).latest_charge if intent else None
        amount = int(params.get("amount") or 0)
        if charge and charge.amount_refunded + amount > charge.amount:
            raise UserError(400, "Refund amount is greater than unrefunded amount on charge")
        begin(self, **params)

    def listed(
        cls: type[PaymentIntent], url: str, created: Any = None, limit: Any = None, **more: Any
    ) -> List:
        result = super(PaymentIntent, cls)._api_list_all(url, limit=limit, **more)
        first, last = int((created or {}).get("gte", 0)), int((created or {}).get("lte", 1 << 40))
        result._list = [item for item in result._list if first <= item.created <= last]
        return result

    Refund.__init__ = refund
    PaymentIntent._api_list_all = classmethod(listed)


@web.middleware
async def away(request: web.Request, handler: Any) -> web.StreamResponse:
    """Fail all requests of the API while switched off."""
    if request.path.startswith("/pay/"):
        return await page(request)
    if switches["down"] and request.path.startswith("/v1/"):
        return web.json_response({"error": {"type": "api_error"}}, status=503)
    return await handler(request)


@web.middleware
async def hold_back(request: web.Request, handler: Any) -> web.StreamResponse:
    """Handle the request, and hold the answer back until the test releases it."""
    response = await handler(request)
    name = f"{request.method} {request.path}"
    if switches["hold"] and re.match(switches["hold"], name):
        switches["holding"] = True
        released.clear()
        await released.wait()
    return response


@web.middleware
async def same_answer(request: web.Request, handler: Any) -> web.StreamResponse:
    """Idempotency keys: a repeated request gets the same answer."""
    key = request.headers.get("Idempotency-Key", "")
    if request.method != "POST" or not key or not request.path.startswith("/v1/"):
        return await handler(request)
    digest = hashlib.sha256(await request.read()).hexdigest() + request.path
    if key in answers:
        first, status, body = answers[key]
        if first != digest:
            error = {"type": "idempotency_error", "message": "Keys are for the same question."}
            return web.json_response({"error": error}, status=400)
        headers = {"Idempotent-Replayed": "true"}
        return web.Response(
            body=body, status=status, content_type="application/json", headers=headers
        )
    try:
        response = await handler(request)
    except UserError as error:
        response = error.to_response()
    answers[key] = digest, response.status, response.body
    return response


async def pay(request: web.Request) -> web.Response:
    """The payer pays, with any card."""
    params = await request.json()
    session = Session._api_retrieve(request.match_info["id"])
    session._pay(params.get("number", VISA), params.get("amount"), params.get("currency"))
    Event("checkout.session.completed", session)
    return web.json_response(session._export())


async def pay_later(request: web.Request) -> web.Response:
    """The payment is pending; a second call completes it or fails it."""
    params = await request.json()
    session = Session._api_retrieve(request.match_info["id"])
    if params.get("failed"):
        Event("checkout.session.async_payment_failed", session)
    elif session.status == "open":
        session.status, session.url = "complete", None
        Event("checkout.session.completed", session)
    else:
        session._pay(VISA, None, None)
        Event("checkout.session.async_payment_succeeded", session)
    return web.json_response(session._export())


async def refund(request: web.Request) -> web.Response:
    """The operator sends money back in the dashboard."""
    params = await request.json()
    item = Refund(**params)
    Event("charge.refunded", Charge._api_retrieve(item.charge))
    return web.json_response(item._export())


async def change_refund(request: web.Request) -> web.Response:
    """The bank reports the outcome of a refund."""
    item = Refund._api_retrieve(request.match_info["id"])
    item.status = (await request.json())["status"]
    Event("refund.updated", item)
    return web.json_response(item._export())


async def dispute(request: web.Request) -> web.Response:
    """The payer's bank takes a payment back."""
    params = await request.json()
    status = params.get("status", "needs_response")
    item = Dispute(params["payment_intent"], params.get("amount"), status)
    Event("charge.dispute.created", item)
    return web.json_response(item._export())


async def close_dispute(request: web.Request) -> web.Response:
    """The dispute is decided."""
    item = Dispute._api_retrieve(request.match_info["id"])
    item.status = (await request.json())["status"]
    Event("charge.dispute.closed", item)
    return web.json_response(item._export())


async def add_card(request: web.Request) -> web.Response:
    """A customer with a card."""
    customer, card = Customer(), _card((await request.json()).get("number", VISA))
    card.customer = customer.id
    return web.json_response({"customer": customer.id, "card": card.id})


async def age(request: web.Request) -> web.Response:
    """Make all objects older, and forget the idempotency keys."""
    for stripe_object in store.values():
        stripe_object.created -= 3600 * (await request.json())["hours"]
    answers.clear()
    return web.json_response({})


async def switch(request: web.Request) -> web.Response:
    """Switch failures and held answers on and off."""
    switches.update(await request.json())
    if not switches["hold"]:
        released.set()
        switches["holding"] = False
    return web.json_response(switches)


async def empty(_request: web.Request) -> web.Response:
    """Forget everything."""
    store.clear()
    answers.clear()
    switches.update({"down": False, "hold": "", "holding": False})
    released.set()
    return web.Response()


async def page(request: web.Request) -> web.Response:
    """The page where a payer enters the card."""
    session = Session._api_retrieve(request.match_info["id"])
    if request.method == "POST":
        session._pay(VISA, None, None)
        Event("checkout.session.completed", session)
        address = session.success_url.replace("{CHECKOUT_SESSION_ID}", session.id)
        raise web.HTTPSeeOther(address)
    text = (
        "<!doctype html><html lang=en><title>Pay</title><h1>Pay</h1>"
        f"<form method=post><button>Pay {session.amount_total}</button></form>"
        f"<a href='{session.cancel_url}'>Back</a>"
    )
    return web.Response(text=text, content_type="text/html")


def application() -> web.Application:
    """localstripe with the additions; requests pass the middlewares in this order."""
    _complete_localstripe()
    app = web.Application(middlewares=[away, hold_back, same_answer, *server.app.middlewares])
    sessions = "/v1/checkout/sessions"
    app.router.add_post(sessions, server.api_create(Session, sessions))
    app.router.add_get(sessions + "/{id}", server.api_retrieve(Session, sessions))
    app.router.add_post(sessions + "/{id}/expire", server.api_extra(Session._api_expire, sessions))
    app.router.add_get("/v1/disputes", server.api_list_all(Dispute, "/v1/disputes"))
    app.router.add_post("/_config/pay/{id}", pay)
    app.router.add_post("/_config/later/{id}", pay_later)
    app.router.add_post("/_config/refunds", refund)
    app.router.add_post("/_config/refunds/{id}", change_refund)
    app.router.add_post("/_config/disputes", dispute)
    app.router.add_post("/_config/disputes/{id}", close_dispute)
    app.router.add_post("/_config/cards", add_card)
    app.router.add_post("/_config/age", age)
    app.router.add_post("/_config/switch", switch)
    app.router.add_delete("/_config/all", empty)
    app.router.add_route("*", "/pay/{id}", page)
    for route in server.app.router.routes():
        app.router.add_route(route.method, route.resource.canonical, route.handler)
    return app


if __name__ == "__main__":
    PORT = int(sys.argv[1])
    web.run_app(application(), host="127.0.0.1", port=PORT, print=None)
