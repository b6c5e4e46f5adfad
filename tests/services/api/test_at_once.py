"""Many programs of one account at the same time: none waits in a circle, none is lost."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask

from tests.services.sending.conftest import check_books
from tests.support.api import Program
from tests.support.cast import Cast

TOGETHER, TIMES = 4, 3
PEOPLE = [{"to": f"+4860010020{number}"} for number in range(3)]
REQUESTS = {
    "/messages": {"to": "+48600100200", "text": "Your parcel is here."},
    "/messages/batch": {"text": "Your parcel is here.", "messages": PEOPLE},
}


@pytest.mark.parametrize("path", REQUESTS)
def test_all_are_accepted(app: Flask, cast: Cast, program: Program, path: str) -> None:
    barrier = threading.Barrier(TOGETHER)

    def send(_number: int) -> list[int]:
        statuses = []
        for _ in range(TIMES):
            barrier.wait()
            statuses.append(program.post(path, REQUESTS[path]).status_code)
        return statuses

    with ThreadPoolExecutor(TOGETHER) as pool:
        answers = Counter(
            status for statuses in pool.map(send, range(TOGETHER)) for status in statuses
        )
    assert answers == {201: TOGETHER * TIMES}
    with app.app_context():
        check_books(cast.owner.account_id)


def test_one_of_many_adds_a_person_and_the_others_change_them(app: Flask, program: Program) -> None:
    barrier = threading.Barrier(TOGETHER)

    def put(number: int) -> list[int]:
        statuses = []
        for turn in range(TIMES):
            barrier.wait()
            person = {"phone": f"+4860010020{turn}", "field1": str(number)}
            statuses.append(program.post("/recipients", person).status_code)
        return statuses

    with ThreadPoolExecutor(TOGETHER) as pool:
        for statuses in zip(*pool.map(put, range(TOGETHER)), strict=True):
            assert sorted(statuses) == [200] * (TOGETHER - 1) + [201]
    assert len(program.get("/recipients").get_json()["recipients"]) == TIMES


def test_who_is_added_withdrawn_and_deleted_at_once_breaks_nothing(
    app: Flask, program: Program
) -> None:
    barrier, number = threading.Barrier(TOGETHER), "+48600100200"
    agreed = {"given": True, "source": "Shop", "agreed_on": "2024-03-14"}
    bodies = [{"consent": consent} for consent in (agreed, {"given": False}, None)]

    def act(place: int) -> list[int]:
        statuses = []
        for _ in range(3 * TIMES):
            barrier.wait()
            if place < len(bodies):
                answer = program.post("/recipients", {"phone": number, **bodies[place]})
            else:
                people = program.get("/recipients").get_json()["recipients"]
                gone = people[0]["id"] if people else "0" * 20
                answer = program.post(f"/recipients/{gone}/delete")
            statuses.append(answer.status_code)
        return statuses

    with ThreadPoolExecutor(TOGETHER) as pool:
        every = {status for statuses in pool.map(act, range(TOGETHER)) for status in statuses}
    assert every <= {200, 201, 404, 409}
