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
