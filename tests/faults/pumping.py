"""A day of SMS pumping: a bot requests texts to rented numbers, and people register.

The bot has many addresses, real mailboxes, rented ranges of numbers, and solves the proofs or
omits them. The clock is moved; most of its tries call the services, some use the pages like
those of people. People have their own networks and numbers, and sign in.
"""

import random
import re
import time
from collections import Counter
from dataclasses import dataclass
from typing import Any

import phonenumbers
from flask import Flask
from sqlalchemy import func, select

from promosms.extensions import db, limiter
from promosms.models import AttemptKind, Email, Message, TextAttempt, User
from promosms.services.abuse import blocks as text_blocks
from promosms.services.abuse import proof_of_work, refusals, sms_pumping
from promosms.services.abuse.proof_of_work import ProofForm
from promosms.services.auth import registration
from promosms.services.auth.one_time_passwords import TextRefused
from promosms.services.sending import verification_texts
from tests.faults.money import MoneyReport, installed
from tests.support.pages import PageClient
from tests.support.proof_of_work import proof, solved
from tests.support.settings import override
from tests.support.stopped_clock import StoppedClock, stopped

NAME = "pumping"
DAY = 24 * 3600
MOST_TEXTS = 200
THROUGH_PAGES = 20  # one of this number of tries of the bot
LINK = re.compile(r"/register/(\S+)")
SECRET = re.compile(r"[A-Z0-9]{4}(?:-[A-Z0-9]{4}){3}")


@dataclass(frozen=True)
class Size:
    """The size of the bot, and the number of people in between."""

    addresses: int = 1_000
    numbers: int = 10_000
    ranges: int = 10
    people: int = 20


def run(kind: str, seed: int, size: Size) -> MoneyReport:
    """The day on a fresh database of this kind."""
    with installed(kind) as app:
        return day(app, kind, seed, size)


def day(app: Flask, kind: str, seed: int, size: Size) -> MoneyReport:
    """The day, in an application with an empty database."""
    override(app, rate_limits=True, proof_cost=1, argon2_time=1, argon2_memory_kib=64)
    limiter.enabled = False  # as without Redis: the limits in the database apply
    report, began = MoneyReport(NAME, kind), time.monotonic()
    with stopped() as clock:
        day_run = _Day(app, clock, random.Random(seed), size)
        day_run.run_all()
    _judge(app, day_run, report, seed)
    report.seconds = time.monotonic() - began
    return report


class _Day:
    """The tries of a day, and their results."""

    def __init__(self, app: Flask, clock: StoppedClock, dice: random.Random, size: Size) -> None:
        self.app, self.clock, self.dice, self.size = app, clock, dice, size
        self.met: Counter[str] = Counter()
        self.served: list[str] = []
        self.numbers = list(_rented(dice, size))
        self.addresses = [f"100.{64 + n // 250}.{n % 250}.9" for n in range(size.addresses)]

    def run_all(self) -> None:
        """Run all tries in the order of their time."""
        bot = [(self.dice.uniform(0, DAY), "bot", n) for n in range(self.size.numbers)]
        step = DAY / self.size.people
        people = [(step * (n + 0.5), "person", n) for n in range(self.size.people)]
        for moment, kind, number in sorted(bot + people):
            self.clock.ahead = max(self.clock.ahead, type(self.clock.ahead)(seconds=moment))
            if kind == "person":
                self._person(number)
            elif number % THROUGH_PAGES:
                self._try(number)
            else:
                self._try_pages(number)

    def _try(self, number: int) -> None:
        """The bot registers, reads its e-mail and presses the button, with or without a proof."""
        phone, address = self.numbers[number], self.dice.choice(self.addresses)
        with_proof = self.dice.random() < 0.7
        with self.app.app_context():
            proof_text = proof(ProofForm.REGISTER) if with_proof else ""
            problem = sms_pumping.why_no_email(phone, address, proof_text)
            if problem is not None:
                self.met[f"email: {problem}"] += 1
                return
            registration.ask(f"bot{number}@bot.example", phone)
            proof_text = proof(ProofForm.CONFIRM) if with_proof else ""
            try:
                registration.confirm(_token(f"bot{number}@bot.example"), address, proof_text)
                self.met["text"] += 1
            except TextRefused as refused:
                self.met[refused.code] += 1
            db.session.remove()

    def _try_pages(self, number: int) -> None:
        browser = _browser(self.app, self.dice.choice(self.addresses))
        self.clock.move(seconds=self.dice.choice((0, 3)))
        self._register(browser, f"bot{number}@bot.example", self.numbers[number])
        self.met["through pages"] += 1

    def _person(self, number: int) -> None:
        """A person registers, gets the text and signs in with it."""
        browser = _browser(self.app, f"203.{number}.113.{number}")
        email, phone = (
            f"person{number}@shop.example",
            f"+4860{1 + number % 9}{700 + number}4{number:02}",
        )
        self._register(browser, email, phone)
        with self.app.app_context():
            query = select(Message).where(Message.phone == phone)
            message = db.session.scalar(query)
            body = (
                verification_texts.decrypted_text(message.encrypted_text)
                if message and message.encrypted_text
                else ""
            )
        secret = SECRET.search(body or "")
        if secret is None:
            return
        response = browser.send("/login", {"email": email, "password": secret[0]})
        if response.status_code == 303:
            self.served.append(email)

    def _register(self, browser: PageClient, email: str, phone: str) -> None:
        page = browser.get_page("/register")
        opened = str(page.select("input[name=opened]")[0]["value"])
        self.clock.move(seconds=3)
        form: dict[str, Any] = {"email": email, "phone": phone, "opened": opened}
        browser.send("/register", {**form, "proof": self._proof(ProofForm.REGISTER)})
        with self.app.app_context():
            token = _token(email)
        if token:
            browser.send(f"/register/{token}", {"proof": self._proof(ProofForm.CONFIRM)})

    def _proof(self, form: ProofForm) -> str:
        with self.app.app_context():
            return solved(proof_of_work.challenge(form))


def _judge(app: Flask, day_run: _Day, report: MoneyReport, seed: int) -> None:
    with app.app_context():
        bot = select(func.count(Message.id)).join(User, User.account_id == Message.account_id)
        sent = db.session.scalars(bot.where(User.email.like("bot%"))).one()
        counted = select(func.count(TextAttempt.id)).where(TextAttempt.kind == AttemptKind.TEXT)
        total = db.session.scalars(counted).one()
        refused = {layer.value: n for layer, n in refusals.of_day().items() if n}
        blocks = len(text_blocks.current())
    size = day_run.size
    report.facts |= {
        "seed": seed,
        "addresses": size.addresses,
        "numbers": f"{size.numbers} in {size.ranges} ranges",
        "texts to the bot": sent,
        "people served": f"{len(day_run.served)} of {size.people}",
        "ranges blocked": blocks,
        "refused": refused,
    }
    if sent > MOST_TEXTS:
        report.wrong.append(f"{sent} texts went to the bot")
    if len(day_run.served) != size.people:
        report.wrong.append(f"only {len(day_run.served)} of {size.people} people got in")
    if total != sent + len(day_run.served):
        report.wrong.append(f"{total} texts counted, {sent} and {len(day_run.served)} sent")


def _rented(dice: random.Random, size: Size) -> list[str]:
    """Consecutive mobile numbers of one country, in several ranges."""
    numbers: list[str] = []
    numbers_per_range = -(-size.numbers // size.ranges)
    begun: set[str] = set()
    while len(begun) < size.ranges:
        prefix = f"+48{dice.choice(('50', '51', '53', '57', '66', '69', '72', '78', '88'))}"
        prefix += f"{dice.randrange(1000):03}"
        first = phonenumbers.parse(prefix + "0000")
        kind = phonenumbers.number_type(first)
        if prefix in begun or kind != phonenumbers.PhoneNumberType.MOBILE:
            continue
        begun.add(prefix)
        numbers += [f"{prefix}{n:04}" for n in range(numbers_per_range)]
    return numbers[: size.numbers]


def _browser(app: Flask, address: str) -> PageClient:
    browser = PageClient(app)
    browser.environ_base["REMOTE_ADDR"] = address
    return browser


def _token(email: str) -> str:
    """The token in the link of the newest e-mail to an address."""
    query = select(Email.body).where(Email.recipient == email).order_by(Email.id.desc()).limit(1)
    match = LINK.search(db.session.scalar(query) or "")
    return match[1] if match else ""
