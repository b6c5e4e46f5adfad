"""Whose a receipt is: the id and the phone have to fit."""

from datetime import timedelta

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.gateways.base import Receipt, ReceiptStatus
from promosms.models import Gateway, Message
from tests.services.sending.receipted import (
    NUMBER,
    SENT,
    UNKNOWN,
    D,
    U,
    another_gateway,
    answer,
    come,
    delivery,
    later,
    nothing,
    receipt,
    status,
    statuses,
    text,
    waiting,
    words,
)
from tests.support.cast import Cast

PHONE, OTHER = "+48601200100", "+48601200101"
HOUR = timedelta(hours=1)


def phones(number: int, first: int = 1) -> list[str]:
    return [f"+486012{n:05}" for n in range(first, first + number)]


def state_of(number: int) -> ReceiptStatus:
    """A third of all texts is not delivered, so that a receipt at the wrong text shows."""
    return U if number % 3 == 0 else D


FORMATS = [
    # ids in answers, ids in receipts, what is learnt
    ("{:x}", "{:d}", "resp_hex_dlr_dec"),
    ("{:d}", "{:x}", "resp_dec_dlr_hex"),
    ("{:d}", "{:d}", "same"),
    ("{:x}", "{:x}", "same"),
]


def test_ids_of_a_small_counter_are_read_in_the_right_format(context: None, cast: Cast) -> None:
    for answers, receipts, learnt in FORMATS:
        nothing()
        to = phones(20) * 2  # two texts to each phone: some ids fit it in two readings
        account = cast.owner.account_id
        with transaction():
            ids = [text(account, phone, answers.format(n)) for n, phone in enumerate(to, 1)]
        come(*(receipt(receipts.format(n), phone, state_of(n)) for n, phone in enumerate(to, 1)))
        assert statuses(ids) == [state_of(n) for n, _ in enumerate(to, 1)], learnt
        assert db.session.query(Gateway).one().message_id_format == learnt
        assert waiting() == []


def test_other_readings_are_of_texts_of_the_last_week(context: None, cast: Cast) -> None:
    age = timedelta(days=7) - timedelta(minutes=1)
    phone, other = phones(2)
    young = text(cast.owner.account_id, phone, "abc", age=age)
    old = text(cast.owner.account_id, other, "abd", age=age + timedelta(minutes=2))
    come(receipt(str(0xABC), phone), receipt(str(0xABD), other))
    assert statuses([young, old]) == [D, SENT]


def test_a_provider_that_changes_its_format_is_followed(context: None, cast: Cast) -> None:
    with transaction():
        gateway = db.session.query(Gateway).one()
        gateway.message_id_format, gateway.message_id_format_seen = "same", 40
    to = phones(12)
    ids = [text(cast.owner.account_id, phone, f"{n:x}") for n, phone in enumerate(to, 700)]
    come(*(receipt(str(n), phone) for n, phone in enumerate(to, 700)))
    assert statuses(ids) == [D] * 12
    assert db.session.query(Gateway).one().message_id_format == "resp_hex_dlr_dec"


def test_after_the_counter_began_again_receipts_stay_with_their_accounts(
    context: None, cast: Cast
) -> None:
    old_phones, new_phones = phones(10), phones(10, 50)
    old = [text(cast.owner.account_id, phone, str(n)) for n, phone in enumerate(old_phones, 1)]
    come(*(receipt(str(n), phone, U) for n, phone in enumerate(new_phones, 1)))
    assert statuses(old) == [SENT] * 10  # the answers of the new texts are not recorded yet
    new = [text(cast.stranger.account_id, phone, str(n)) for n, phone in enumerate(new_phones, 1)]
    later()
    assert statuses([*old, *new]) == [SENT] * 10 + [U] * 10
    come(*(receipt(str(n), phone) for n, phone in enumerate(old_phones, 1)))
    assert statuses([*old, *new]) == [D] * 10 + [U] * 10


def test_a_repeated_id_belongs_to_the_younger_text(context: None, cast: Cast) -> None:
    for named in (PHONE, ""):
        nothing()
        account = cast.owner.account_id
        first, last = (text(account, PHONE, "78", age=age) for age in (2 * HOUR, HOUR))
        planned, sooner = (text(account, PHONE, "79", age=age) for age in (HOUR, 2 * HOUR))
        come(receipt("78", named, U), receipt("79", named, U))
        assert statuses([first, last, planned, sooner]) == [SENT, U, U, SENT]


SPELLINGS = [
    # address of +48601200100 (with % for the last digits), TON, country of the gateway
    ("486012001%", 1, "PL"),
    ("486012001%", 0, "PL"),
    ("+486012001%", 1, ""),
    ("00486012001%", 0, ""),
    ("6012001%", 2, "PL"),
    ("6012001%", 0, "PL"),
    ("601 200-1%", 0, "PL"),
    ("6012001%", 0, "DE"),  # the country of the gateway is wrong
    ("6012001%", 0, ""),
    ("06012001%", 0, "PL"),
]


def test_a_phone_is_the_same_in_any_spelling(context: None, cast: Cast) -> None:
    for written, ton, country in SPELLINGS:
        nothing()
        mine = text(cast.owner.account_id, PHONE, "78")
        come(
            delivery(written.replace("%", "99"), words("78", U), ton=ton, country=country),
        )
        assert (status(mine), waiting()) == (SENT, ["78"]), written
        come(delivery(written.replace("%", "00"), words("78"), ton=ton, country=country))
        assert status(mine) == D, written
    for phone, written in (("+5491123456789", "541123456789"), ("+525512345678", "5215512345678")):
        nothing()
        mine = text(cast.owner.account_id, phone, "78")
        come(delivery(written, words("78")))
        assert status(mine) == D, written
    nothing()
    mine = text(cast.owner.account_id, PHONE, "78")
    for foreign in ("49601200100", "48701200100"):
        come(delivery(foreign, words("78", U)))
        assert status(mine) == SENT, foreign


def test_without_the_number_of_the_recipient_the_id_decides(context: None, cast: Cast) -> None:
    for source, ton, to in (
        ("", 0, NUMBER[1:]),
        ("PromoSMS", 5, NUMBER[1:]),
        ("8080", 3, NUMBER[1:]),
        ("48601XXX100", 1, NUMBER[1:]),  # masked
        (NUMBER[1:], 1, "48601200100"),  # a network that exchanges the two ends
        ("PromoSMS", 5, "48601200100"),
    ):
        nothing()
        mine = text(cast.owner.account_id, PHONE, "78")
        come(delivery(source, words("78"), ton=ton, to=to))
        assert status(mine) == D, source


def test_of_an_erased_person_the_id_decides(context: None, cast: Cast) -> None:
    erased = text(cast.owner.account_id, "x17", "78", "79", parts=3, status=UNKNOWN)
    again = text(cast.owner.account_id, "x18", "90", "91", parts=3, status=UNKNOWN, age=HOUR)
    young = text(cast.stranger.account_id, OTHER, "90")  # the id was given again
    come(receipt("78", PHONE, U), receipt("90", PHONE, U), receipt("90", OTHER))
    assert statuses([erased, again, young]) == [U, UNKNOWN, D]


def test_each_part_has_to_fit(context: None, cast: Cast) -> None:
    mine = text(cast.owner.account_id, PHONE, "78", "79")
    come(receipt("78", PHONE), receipt("79", OTHER, U))
    assert status(mine) == SENT
    come(receipt("79", PHONE))
    assert status(mine) == D


def test_a_receipt_months_late_or_repeated_harms_nobody(context: None, cast: Cast) -> None:
    account, age = cast.owner.account_id, timedelta(days=80)
    late, done = text(account, PHONE, "78", age=age), text(account, OTHER, "79", age=age)
    come(receipt("78", OTHER, U), receipt("79", OTHER))
    assert statuses([late, done]) == [SENT, D]
    come(receipt("78", PHONE), *[receipt("79", OTHER, U)] * 2, receipt("80", PHONE, U))
    assert statuses([late, done]) == [D, D]
    assert waiting() == ["78", "80"]  # of another phone, and of a text that has been deleted


def test_two_gateways_with_the_same_counter_do_not_mix(context: None, cast: Cast) -> None:
    second = another_gateway()
    one = text(cast.owner.account_id, PHONE, "78")
    two = text(cast.stranger.account_id, PHONE, "78", gateway=second)
    come(receipt("78", PHONE, U), gateway=second)
    assert statuses([one, two]) == [SENT, U]
    come(receipt("78", PHONE))
    assert statuses([one, two]) == [D, U]


def test_our_reference_counts_for_this_message_only(context: None, cast: Cast) -> None:
    second = another_gateway()
    mine = text(cast.owner.account_id, PHONE, "78")
    other = text(cast.stranger.account_id, OTHER, "79")
    come(Receipt("78", str(mine), U), gateway=second)  # the message has not left by that one
    come(Receipt("78", str(mine), U, OTHER))
    come(Receipt("79", str(other + 1000), U))  # of a message that has been deleted
    assert statuses([mine, other]) == [SENT, SENT]
    come(Receipt("79", str(mine), D), Receipt("79", str(other), U))
    assert statuses([mine, other]) == [SENT, U]
    come(Receipt("78", str(mine), D, PHONE))
    assert statuses([mine, other]) == [D, U]


def test_a_receipt_waits_for_the_answer_of_its_own_text(context: None, cast: Cast) -> None:
    old = text(cast.stranger.account_id, OTHER, "78")
    mine = text(cast.owner.account_id, PHONE, status="sending")
    come(receipt("78", PHONE, U))
    assert statuses([old, mine]) == [SENT, "sending"]
    with transaction() as session:
        message = session.get_one(Message, mine)
        answer(message, ["78"])
        message.status, message.attention_status = SENT, None
    later()
    assert statuses([old, mine]) == [SENT, U]
