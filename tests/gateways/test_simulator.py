"""The simulated network: what it does with a text that it is given twice."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from promosms.gateways.base import Answer, ErrorClass, InboxEvent, OutboundSms, Resend
from promosms.gateways.simulator import Simulator

LOST = "+48601200006"
PHONE = "+48601200100"


def give(folder: Path, mode: str, texts: Sequence[OutboundSms]) -> tuple[list[Answer], int]:
    """Hand texts over one after the other: the answers, and how many the network has taken."""

    async def run() -> tuple[list[Answer], int]:
        settings = {"path": folder / "network.sqlite3", "key": Fernet.generate_key()}
        network = Simulator({**settings, "resend": mode, "answer_seconds": "0"})
        await network.open(nothing)
        answers = []
        for sms in texts:
            result: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
            network.begin(sms, result.set_result)
            answers.append(await result)
        (taken,) = network.store.db.execute("SELECT count(*) FROM texts").fetchone()
        await network.close()
        return answers, taken

    return asyncio.run(run())


async def nothing(_events: Sequence[InboxEvent]) -> None:
    return


def text(phone: str = PHONE, our_reference: str = "7", unconfirmed: bool = False) -> OutboundSms:
    return OutboundSms(
        our_reference, phone, "+48732000001", "Hello", "gsm7", 2, unconfirmed=unconfirmed
    )


@pytest.mark.parametrize("mode", list(Resend))
def test_the_settings_say_what_may_be_sent_again(mode: Resend) -> None:
    assert Simulator.resend({"resend": mode.value}) is mode
    assert Simulator.resend({}) is Resend.NEVER


@pytest.mark.parametrize("phone", [PHONE, LOST])
def test_a_network_that_drops_repetitions_takes_a_text_once(tmp_path: Path, phone: str) -> None:
    answers, taken = give(
        tmp_path, "dedupe", [text(phone), text(phone, unconfirmed=True), text(our_reference="8")]
    )
    first, second, third = answers
    assert taken == 2
    assert second.references == ("sim-1-1", "sim-1-2")
    assert third.references == ("sim-2-1", "sim-2-2")
    if phone == LOST:
        assert first.error_class is ErrorClass.UNKNOWN
    else:
        assert first.references == second.references


def test_a_network_that_can_be_asked_is_asked_first(tmp_path: Path) -> None:
    texts = [text(LOST), text(LOST, unconfirmed=True), text(our_reference="8", unconfirmed=True)]
    (first, second, third), taken = give(tmp_path, "lookup", texts)
    assert first.error_class is ErrorClass.UNKNOWN
    assert second.references == ("sim-1-1", "sim-1-2")
    assert third.references == ("sim-2-1", "sim-2-2")  # it was missing, so it was sent
    assert taken == 2


@pytest.mark.parametrize("mode", ["never", "lookup"])
def test_any_other_network_takes_what_it_is_given(tmp_path: Path, mode: str) -> None:
    _, taken = give(tmp_path, mode, [text(), text()])
    assert taken == 2
