"""Lists and planned campaigns that several programs change at the same moment."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from promosms.extensions import db
from promosms.models import ListRecipient, RecipientList, now
from tests.support import two_transactions
from tests.support.api import Program

TOGETHER = 4
NUMBERS = [f"+4860100200{number}" for number in range(6)]


def at_once(act: Callable[[int], int]) -> list[int]:
    """What became of it when so many programs have done it together, in order."""
    barrier = threading.Barrier(TOGETHER)

    def one(place: int) -> int:
        barrier.wait()
        return act(place)

    with ThreadPoolExecutor(TOGETHER) as pool:
        return sorted(pool.map(one, range(TOGETHER)))


def new_list(program: Program) -> str:
    for number in NUMBERS:
        assert program.post("/recipients", {"phone": number}).status_code == 201
    made = program.post("/lists", {"name": "Regulars"})
    return made.location.removeprefix("/api/v1")


def test_one_of_many_makes_a_list_with_a_name(program: Program) -> None:
    statuses = at_once(lambda _: program.post("/lists", {"name": "Regulars"}).status_code)
    assert statuses == [201, 409, 409, 409]


def test_the_size_is_right_when_many_put_people_on_it_and_take_them_off(
    app: Flask, program: Program
) -> None:
    path = new_list(program)

    def change(place: int) -> int:
        act = "remove" if place % 2 else "add"
        body = {"phones": NUMBERS[place:] + NUMBERS[:place]}
        return program.post(f"{path}/{act}", body).status_code

    assert at_once(change) == [200] * TOGETHER
    with app.app_context():
        count = db.session.scalar(select(func.count()).select_from(ListRecipient))
        assert db.session.scalars(select(RecipientList.size)).one() == count


@pytest.mark.only("postgresql")
def test_somebody_who_is_deleted_at_this_moment_is_unknown(app: Flask, program: Program) -> None:
    path, answers = new_list(program), []

    def add() -> None:
        answers.append(program.post(f"{path}/add", {"phones": NUMBERS}))

    thread = threading.Thread(target=add)
    with app.app_context(), two_transactions.connection() as other:
        other.execute("DELETE FROM recipients WHERE phone = %s", (NUMBERS[3],))
        thread.start()
        end = time.monotonic() + two_transactions.PATIENCE
        while not other.execute("SELECT count(*) FROM pg_locks WHERE NOT granted").fetchone()[0]:
            assert time.monotonic() < end
    thread.join(two_transactions.PATIENCE)
    [answer] = answers
    assert answer.status_code == 422
    [error] = answer.get_json()["errors"]
    assert (error["pointer"], error["code"]) == ("#/phones/3", "unknown-recipient")
    assert program.get(path).get_json()["size"] == 0


def test_one_of_many_launches_and_all_agree_on_the_time(program: Program) -> None:
    lists = [new_list(program).removeprefix("/lists/")]
    body = {"text": "It is here.", "kind": "service", "lists": lists}
    program.post(f"/lists/{lists[0]}/add", {"phones": NUMBERS})
    path = program.post("/campaigns", body).location.removeprefix("/api/v1")
    times = [(now() + timedelta(days=day)).isoformat() for day in range(1, TOGETHER + 1)]

    def launch(place: int) -> int:
        planned = {"agreed_price": "9", "send_at": times[place]}
        return program.post(f"{path}/launch", planned).status_code

    assert at_once(launch) == [200, 409, 409, 409]
    moved = at_once(
        lambda place: program.post(f"{path}/move", {"send_at": times[place]}).status_code
    )
    assert moved == [200] * TOGETHER
    campaign = program.get(path).get_json()
    assert campaign["time_zone"]
    started = at_once(lambda _: program.post(f"{path}/start").status_code)
    assert started == [200, 409, 409, 409]
