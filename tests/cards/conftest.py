"""The Stripe of these tests: another process, reached over HTTP."""

import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from flask import Flask, g
from werkzeug.test import TestResponse

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import (
    Account,
    AutomaticTopUp,
    LedgerEntry,
    Payment,
    PayMethod,
    TopUp,
    User,
)
from promosms.services.invoices import companies
from promosms.services.invoices.companies import Details
from promosms.services.payments import top_ups
from tests.cards.running import stripe_server
from tests.support.cast import Cast
from tests.support.html import Page
from tests.support.pages import PageClient
from tests.support.settings import override

SECRET = "whsec_of_the_tests"
POLISH = Details("Kawiarnia Pod Lipą", "ul. Długa 1", "00-001", "Warszawa", "PL", "PL5260001246")


@dataclass
class Stripe:
    """Controls Stripe from outside: pay, refund, dispute, fail."""

    url: str
    line: httpx.Client = field(repr=False)

    def do(self, path: str, **params: Any) -> Any:
        """Do what a payer, a bank or the operator would do at Stripe."""
        answer = self.line.post(f"{self.url}/_config/{path}", json=params)
        answer.raise_for_status()
        return answer.json()

    def listed(self, kind: str) -> list[Any]:
        """All objects of a kind."""
        answer = self.line.get(f"{self.url}/v1/{kind}", params={"limit": 100})
        objects: list[Any] = answer.json()["data"]
        return objects

    def events(self, kind: str) -> list[bytes]:
        """The bodies of the webhooks of a kind of event."""
        events = [event for event in self.listed("events") if event["type"] == kind]
        return [json.dumps(event).encode() for event in events]

    def wait_until_holding(self) -> None:
        """Wait until a request is done and its answer is held back."""
        end = time.monotonic() + 120
        while not self.do("switch")["holding"]:
            assert time.monotonic() < end
            time.sleep(0.01)


def signed(body: bytes, secret: str = SECRET, at: float | None = None) -> dict[str, str]:
    """The header that Stripe sends with an event."""
    moment = int(time.time() if at is None else at)
    text = f"{moment}.".encode() + body
    code = hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()
    return {"Stripe-Signature": f"t={moment},v1={code}", "Content-Type": "application/json"}


@pytest.fixture(scope="session")
def stripe_url() -> Iterator[str]:
    """A Stripe on a free port of this machine, for all tests."""
    with stripe_server() as url:
        yield url


@pytest.fixture
def stripe(app: Flask, stripe_url: str) -> Iterator[Stripe]:
    """An empty Stripe, and an installation that is connected to it."""
    override(
        app,
        stripe_secret_key="sk_test_0123456789",
        stripe_webhook_secret=SECRET,
        stripe_url=stripe_url,
    )
    headers = {"Authorization": "Bearer sk_test_0123456789"}
    with httpx.Client(headers=headers, timeout=120) as line:
        line.delete(f"{stripe_url}/_config/all").raise_for_status()
        yield Stripe(stripe_url, line)


@dataclass
class Shop:
    """The owner's account: its top-ups, payments and ledger."""

    app: Flask
    account_id: int
    user_id: int
    browser: PageClient
    stripe: Stripe

    def order(self, net: int = 1_000_000, **more: Any) -> TopUp:
        """A top-up to be paid by card."""
        account, user = db.session.get_one(Account, self.account_id), self.user()
        return top_ups.order(account, user, net, PayMethod.CARD, **more)

    def user(self) -> User:
        """The owner."""
        return db.session.get_one(User, self.user_id)

    def again(self, top_up: TopUp) -> TopUp:
        """A top-up, read again."""
        db.session.rollback()
        return db.session.get_one(TopUp, top_up.id, populate_existing=True)

    def balance(self) -> int:
        """The balance, read again."""
        db.session.rollback()
        return db.session.get_one(Account, self.account_id, populate_existing=True).balance

    def account(self) -> Account:
        """The account, read again."""
        db.session.rollback()
        return db.session.get_one(Account, self.account_id, populate_existing=True)

    def payments(self) -> list[tuple[str, int]]:
        """Kind and amount of each payment, in order."""
        db.session.rollback()
        query = db.session.query(Payment).filter_by(account_id=self.account_id)
        return [(payment.kind, payment.amount) for payment in query.order_by(Payment.id)]

    def entries(self) -> list[tuple[str, int]]:
        """Kind and amount of each entry after the welcome."""
        query = db.session.query(LedgerEntry).filter_by(account_id=self.account_id)
        return [(entry.kind, entry.amount) for entry in query.order_by(LedgerEntry.id)][1:]

    def get(self, path: str) -> TestResponse:
        """Open a page in the owner's browser."""
        g.pop("_login_user", None)  # the context of the test outlives its requests
        answer = self.browser.get(path)
        db.session.rollback()  # and so does the transaction, in which the owner was signed in
        return answer

    def post(self, path: str, status: int = 200, **form: object) -> Page:
        """Send a form from the owner's browser, and read the page that follows."""
        g.pop("_login_user", None)
        return self.browser.post_page(path, form, status)

    def visit(self, top_up: TopUp) -> str:
        """Go to Stripe's page; the id of the session."""
        answer = self.get(f"/billing/card/{top_up.public_id}")
        assert answer.status_code == 303, answer.text
        return str(answer.location.rsplit("/", 1)[1])

    def paid(self, net: int = 1_000_000) -> TopUp:
        """A top-up that was paid by card."""
        top_up = self.order(net)
        self.stripe.do(f"pay/{self.visit(top_up)}")
        self.get(f"/billing/card/{top_up.public_id}/back")
        return self.again(top_up)

    def tell(self, kind: str) -> list[int]:
        """Deliver all webhooks of a kind; returns the status codes."""
        return [self.call(body) for body in self.stripe.events(kind)]

    def call(self, body: bytes, headers: dict[str, str] | None = None) -> int:
        """Deliver one webhook, from Stripe or forged."""
        g.pop("_login_user", None)
        visitor = self.app.test_client()
        answer = visitor.post(
            "/billing/card/events",
            data=body,
            headers=signed(body) if headers is None else headers,
            base_url="https://localhost",
        )
        return answer.status_code

    def saved_card(self, number: str = "4242424242424242", **settings: int) -> None:
        """A saved card with an active automatic top-up."""
        card = self.stripe.do("cards", number=number)
        with transaction() as session:
            row = AutomaticTopUp(
                account_id=self.account_id,
                active=True,
                below=settings.get("below", 200_000),
                amount=settings.get("amount", 500_000),
                monthly_cap=settings.get("monthly_cap", 1_000_000),
                customer=card["customer"],
                card=card["card"],
                card_label="Visa •••• 4242",
            )
            session.add(row)


@pytest.fixture
def shop(context: None, app: Flask, cast: Cast, stripe: Stripe) -> Shop:
    """The owner's account, with its company."""
    companies.save(cast.owner.account_id, POLISH, "")
    person = cast.owner
    return Shop(app, person.account_id, person.user_id, person.browser(), stripe)
