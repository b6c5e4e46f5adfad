"""Several receipts in one call, and the recipient that they name."""

import pytest

from promosms.gateways.base import BadWebhook, Inbound, Receipt, ReceiptStatus
from tests.gateways.http.runner import PHONE, SENDER
from tests.gateways.http.test_generic import events_of


@pytest.mark.parametrize("bad", [{}, 5, None, "x", {"report": {"id": "", "state": "failed"}}])
def test_a_bad_entry_of_a_list_does_not_refuse_the_others(bad: object) -> None:
    good = {"report": {"id": "abc", "state": "expired", "ref": "4711-1"}}
    expected = [Receipt("abc", "4711", ReceiptStatus.EXPIRED)]
    assert events_of("receipt", [bad, good, bad]) == expected
    reply = {"id": 5, "from": {"number": PHONE}, "to": SENDER, "text": "STOP"}
    assert events_of("inbound", [bad, reply]) == [Inbound("5", PHONE, SENDER, "STOP")]
    with pytest.raises(BadWebhook):
        events_of("receipt", [bad, bad])


@pytest.mark.parametrize(
    ("number", "phone", "address"),
    [
        ("48601234567", PHONE, ""),
        ("601 234 567", PHONE, "601234567"),
        ("Shop", "", "Shop"),
        ("", "", ""),
    ],
)
def test_a_receipt_may_name_the_recipient(number: str, phone: str, address: str) -> None:
    document = {"report": {"id": "abc", "state": "delivered", "ref": "1-1"}, "to": number}
    (receipt,) = events_of("receipt", document, receipt_phone="to", country="PL")
    assert isinstance(receipt, Receipt)
    assert (receipt.phone, receipt.address) == (phone, address)
