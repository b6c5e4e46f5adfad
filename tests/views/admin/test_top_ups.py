"""Top-ups as admins confirm them."""

import re

import pytest
from flask import Flask

from promosms import queue
from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import (
    Account,
    AuditEntry,
    Invoice,
    Payment,
    PayMethod,
    TopUp,
    TopUpStatus,
    now,
)
from promosms.services.invoices import seller_days
from promosms.services.payments import top_up_search
from tests.support.cast import Cast
from tests.support.pages import PageClient, words
from tests.support.settings import override
from tests.support.top_ups import company, order, paid

PAGE = "/admin/top-ups"


@pytest.fixture
def public_id(app: Flask, cast: Cast) -> str:
    """An open order of the owner over 119.00."""
    with app.app_context():
        return order(cast.owner).public_id


def line(**change: str) -> dict[str, str]:
    with_day = {"amount": "119", "paid_on": "2026-03-02", "bank_reference": "2026/44-7"}
    return {**with_day, **change}


def state(app: Flask, public_id: str) -> tuple[str, int, int]:
    with app.app_context():
        top_up = db.session.scalars(db.select(TopUp).filter_by(public_id=public_id)).one()
        return top_up.status, top_up.paid, top_up.gross


def balance(app: Flask, cast: Cast) -> int:
    with app.app_context():
        return db.session.get_one(Account, cast.owner.account_id).balance


def acts(app: Flask) -> list[str]:
    with app.app_context():
        entries = db.session.scalars(db.select(AuditEntry).order_by(AuditEntry.id))
        return [entry.action for entry in entries if entry.action.startswith("top_up")]


def listed(admin: PageClient, query: str = "") -> list[str]:
    page = admin.get_page(PAGE + query)
    return [str(link["href"]).rsplit("/", 1)[1] for link in page.select(".row a.title")]


def test_the_oldest_order_to_confirm_comes_first(app: Flask, cast: Cast, admin: PageClient) -> None:
    with app.app_context():
        ordered = [order(person) for person in (cast.owner, cast.stranger, cast.owner)]
        ids = [top_up.public_id for top_up in ordered]
        order(cast.owner, method=PayMethod.CARD)
        paid(cast.stranger)
    assert listed(admin) == ids
    assert len(listed(admin, "?show=all")) == 5
    assert "3 waiting" in words(admin.get_page("/admin").select_one("nav").get_text())


def test_it_has_pages(app: Flask, cast: Cast, admin: PageClient) -> None:
    with app.app_context(), transaction() as session:
        first = order(cast.owner)
        for number in range(top_up_search.PAGE):
            kept = ("account_id", "method", "currency", "net", "tax", "gross", "rate", "tax_case")
            values = {name: getattr(first, name) for name in (*kept, "buyer", "expires_at")}
            session.add(TopUp(**values, reference=f"copy-{number}", paid=0))
    page = admin.get_page(PAGE)
    link = page.select_one(".pager a")
    assert link is not None
    assert len(listed(admin)) == top_up_search.PAGE
    assert len(admin.get_page(str(link["href"])).select(".row:not(.rows-head)")) == 1


@pytest.mark.parametrize(
    "typed",
    ["{reference}", "{lower}", "{bare}", "top-up {spaced} thank you", "özdemir", "ÖZDEMIR", "119"]
    + ["119,00", "100 €{none}", "{number}"],
)
def test_it_finds_a_top_up_by_its_reference_in_any_spelling(
    app: Flask, cast: Cast, admin: PageClient, typed: str
) -> None:
    with app.app_context():
        company(cast.stranger.account_id, "Somebody Else")
        order(cast.stranger, 2_000_000)
        top_up = order(cast.owner)
        reference, public_id, number = top_up.reference, top_up.public_id, top_up.number
    written = {
        "reference": reference,
        "lower": reference.lower(),
        "bare": reference.replace("-", ""),
        "spaced": reference.replace("-", " "),
        "number": number,
        "none": "",
    }
    results = listed(admin, f"?q={typed.format(**written).replace(' ', '+')}")
    assert results == ([] if typed.startswith("100") else [public_id])


def test_it_finds_a_top_up_by_its_missing_amount(app: Flask, cast: Cast, admin: PageClient) -> None:
    with app.app_context():
        public_id = paid(cast.owner, 190_000).public_id
    assert listed(admin, "?q=100.00") == [public_id]
    assert "No order fits" in admin.get_page(f"{PAGE}?q=99").get_text()


def test_confirming_tops_up_and_invoices(
    app: Flask, cast: Cast, admin: PageClient, public_id: str
) -> None:
    page = admin.post_page(f"{PAGE}/{public_id}/receive", line())
    assert "Booked. The balance is topped up" in page.get_text()
    assert state(app, public_id) == (TopUpStatus.PAID, 1_190_000, 1_190_000)
    assert balance(app, cast) == 1_100_000
    with app.app_context():
        payment = db.session.scalars(db.select(Payment)).one()
        invoice = db.session.scalars(db.select(Invoice)).one()
        assert (payment.provider, payment.reference) == ("transfer", "2026/44-7")
        assert (invoice.gross, payment.invoice_id) == (1_190_000, invoice.id)
        assert invoice.data["supplied_on"] == "2026-03-02"
        assert "invoices.run" in [job.func_name[-12:] for job in queue.queue("work").get_jobs()]
    assert acts(app) == ["top_up.receive"]
    assert "Blumen Özdemir" in page.get_text()


def test_a_second_click_books_nothing(
    app: Flask, cast: Cast, admin: PageClient, public_id: str
) -> None:
    admin.post_page(f"{PAGE}/{public_id}/receive", line())
    page = admin.post_page(f"{PAGE}/{public_id}/receive", line(bank_reference=" 2026/ 44-7"))
    assert "booked already. Nothing was booked twice" in page.get_text()
    assert state(app, public_id)[1] == 1_190_000
    assert acts(app) == ["top_up.receive"]


def test_a_bank_reference_pays_only_one_top_up(
    app: Flask, cast: Cast, admin: PageClient, public_id: str
) -> None:
    with app.app_context():
        second_id = order(cast.stranger).public_id
    admin.post_page(f"{PAGE}/{public_id}/receive", line(bank_reference="ab1"))
    page = admin.post_page(f"{PAGE}/{second_id}/receive", line(bank_reference="AB 1"), 422)
    assert "booked already, for the order PS-" in page.select_one(".error").get_text()
    assert state(app, second_id) == (TopUpStatus.OPEN, 0, 1_190_000)
    page = admin.post_page(
        f"{PAGE}/{public_id}/receive", line(bank_reference="ab1", amount="5"), 422
    )
    assert "with another amount" in words(page.get_text())


@pytest.mark.parametrize(
    "change",
    [
        *({"amount": amount} for amount in ("0", "-119", "", "many", "NaN", "1e9", "119.001")),
        *({"amount": amount} for amount in ("119 PLN", "$119", "1,234,56", "9999999")),
        {"paid_on": ""},
        {"paid_on": "2999-01-01"},
        {"paid_on": "31.12."},
        {"bank_reference": "  "},
        {"bank_reference": "x" * 101},
    ],
)
def test_it_refuses_invalid_payments(
    app: Flask, cast: Cast, admin: PageClient, public_id: str, change: dict[str, str]
) -> None:
    page = admin.post_page(f"{PAGE}/{public_id}/receive", {**line(), "sure": "y", **change}, 422)
    assert page.select(".error")
    assert state(app, public_id) == (TopUpStatus.OPEN, 0, 1_190_000)
    assert acts(app) == []


@pytest.mark.parametrize("typed", ["119,00", "119.00", "119 €", "EUR 119", "119,0"])
def test_amounts_are_read_with_comma_or_dot(
    app: Flask, cast: Cast, admin: PageClient, public_id: str, typed: str
) -> None:
    admin.post_page(f"{PAGE}/{public_id}/receive", line(amount=typed))
    assert state(app, public_id)[1] == 1_190_000


def test_a_different_amount_has_to_be_confirmed(
    app: Flask, cast: Cast, admin: PageClient, public_id: str
) -> None:
    url = f"{PAGE}/{public_id}/receive"
    page = admin.post_page(url, line(amount="11.90"), 422)
    assert "You typed €11.90, and €119.00 is missing" in page.get_text()
    assert state(app, public_id)[1] == 0
    page = admin.post_page(url, line(amount="11.90", sure="y"))
    assert "€107.10 is still missing" in page.get_text()
    assert state(app, public_id) == (TopUpStatus.OPEN, 119_000, 1_190_000)
    assert balance(app, cast) == 100_000


def test_two_parts_pay_an_order(app: Flask, cast: Cast, admin: PageClient, public_id: str) -> None:
    url = f"{PAGE}/{public_id}/receive"
    admin.post_page(url, line(amount="19", sure="y"))
    admin.post_page(url, line(amount="100", bank_reference="2026/45-1"))
    assert state(app, public_id) == (TopUpStatus.PAID, 1_190_000, 1_190_000)


def test_it_settles_with_the_received_amount(app: Flask, cast: Cast, admin: PageClient) -> None:
    with app.app_context():
        public_id = paid(cast.owner, 595_000).public_id
    page = admin.get_page(f"{PAGE}/{public_id}")
    assert "Settle with €59.50" in page.get_text()
    page = admin.post_page(f"{PAGE}/{public_id}/settle")
    assert "as large as the money now" in page.get_text()
    assert state(app, public_id) == (TopUpStatus.PAID, 595_000, 595_000)
    assert balance(app, cast) == 600_000
    assert "nothing to settle" in admin.post_page(f"{PAGE}/{public_id}/settle").get_text()
    assert acts(app) == ["top_up.settle"]


def test_an_overpayment_is_shown_and_becomes_another_top_up(
    app: Flask, cast: Cast, admin: PageClient, public_id: str
) -> None:
    admin.post_page(f"{PAGE}/{public_id}/receive", line())
    admin.post_page(
        f"{PAGE}/{public_id}/receive", line(bank_reference="again", amount="119", sure="y")
    )
    page = admin.get_page(f"{PAGE}/{public_id}")
    assert "€119.00 came too much" in page.get_text()
    assert "More money has come than 1 order costs" in admin.get_page(PAGE).get_text()
    assert listed(admin, "?show=overpaid") == [public_id]
    link = page.find("a", string=re.compile("Send it back"))
    assert "Send money back" in admin.get_page(str(link["href"])).get_text()
    page = admin.post_page(f"{PAGE}/{public_id}/overpayment")
    assert "The overpayment is its own top-up now" in page.get_text()
    assert balance(app, cast) == 2_100_000
    assert state(app, public_id)[1] == 1_190_000
    assert listed(admin, "?show=overpaid") == []
    assert (
        "no overpayment any more" in admin.post_page(f"{PAGE}/{public_id}/overpayment").get_text()
    )
    with app.app_context():
        amounts = [payment.amount for payment in db.session.scalars(db.select(Payment))]
        assert sum(amounts) == 2 * 1_190_000
        assert db.session.query(Invoice).count() == 2


def test_it_cancels_an_unpaid_top_up(
    app: Flask, cast: Cast, admin: PageClient, public_id: str
) -> None:
    assert "The order is cancelled" in admin.post_page(f"{PAGE}/{public_id}/cancel").get_text()
    assert state(app, public_id)[0] == TopUpStatus.CANCELLED
    assert "Nothing was changed" in admin.post_page(f"{PAGE}/{public_id}/cancel").get_text()
    page = admin.post_page(f"{PAGE}/{public_id}/receive", line())
    assert "The balance is topped up" in page.get_text()  # a late payment still counts


def test_an_order_in_another_currency_cannot_be_booked(
    app: Flask, cast: Cast, admin: PageClient, public_id: str
) -> None:
    override(app, currency="PLN")
    page = admin.get_page(f"{PAGE}/{public_id}")
    assert "€119.00" in page.get_text()
    assert "This order is in EUR" in page.get_text()
    assert not page.select("form[action$=receive]")
    admin.post_page(f"{PAGE}/{public_id}/receive", line(), 422)
    assert state(app, public_id)[1] == 0


def test_the_day_is_in_the_time_zone_of_the_seller(
    app: Flask, admin: PageClient, public_id: str
) -> None:
    field = admin.get_page(f"{PAGE}/{public_id}").select_one("input[name=paid_on]")
    with app.app_context():
        assert field["value"] == seller_days.day_of(now()).isoformat()


def test_no_phone_number_is_shown(admin: PageClient, public_id: str) -> None:
    text = admin.get_page(f"{PAGE}/{public_id}").get_text()
    assert "owner@example.com" in text
    assert not re.search(r"601\s?000", text)


def test_an_unknown_top_up_is_not_found(admin: PageClient) -> None:
    admin.get_page(f"{PAGE}/{'0' * 20}", 404)
    admin.post_page(f"{PAGE}/{'0' * 20}/receive", line(), 404)
