"""Proof of work: solved once, in time, for one form."""

import json
import threading
import time
from base64 import b64decode

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from promosms.extensions import db
from promosms.models import SpentProof
from promosms.services.abuse import proof_of_work, sms_pumping
from promosms.services.abuse.proof_of_work import LONGEST, ProofForm
from tests.support.proof_of_work import packed, proof, solved
from tests.support.settings import override
from tests.support.stopped_clock import stopped

CONFIRM = ProofForm.CONFIRM


def spent() -> int:
    return db.session.scalars(select(func.count()).select_from(SpentProof)).one()


@pytest.mark.usefixtures("context")
def test_it_is_accepted_once() -> None:
    solution = proof()
    assert proof_of_work.spend(solution, CONFIRM)
    assert not proof_of_work.spend(solution, CONFIRM)
    assert proof_of_work.spend(proof(), CONFIRM)


@pytest.mark.usefixtures("context")
def test_it_is_for_one_form() -> None:
    solution = proof(ProofForm.REGISTER)
    assert not proof_of_work.spend(solution, CONFIRM)
    assert proof_of_work.spend(solution, ProofForm.REGISTER)


@pytest.mark.usefixtures("context")
def test_it_expires_after_five_minutes() -> None:
    with stopped() as clock:
        early, late = proof(), proof()
        clock.move(minutes=4, seconds=58)
        assert proof_of_work.spend(early, CONFIRM)
        clock.move(seconds=4)
        assert not proof_of_work.spend(late, CONFIRM)
        assert spent() == 1
        sms_pumping.purge()
        assert spent() == 0


@pytest.mark.usefixtures("context")
def test_a_changed_challenge_is_refused() -> None:
    for change in ({"cost": 1}, {"expiresAt": 9999999999}, {"data": {"form": "register"}}):
        content = json.loads(b64decode(proof()))
        content["challenge"]["parameters"].update(change)
        assert not proof_of_work.spend(packed(content), CONFIRM)
    content = json.loads(b64decode(proof()))
    content["solution"]["derivedKey"] = "00" * 32
    assert not proof_of_work.spend(packed(content), CONFIRM)
    del content["challenge"]["signature"]
    assert not proof_of_work.spend(packed(content), CONFIRM)
    assert spent() == 0


@pytest.mark.usefixtures("context")
def test_a_proof_of_another_installation_is_refused(app: Flask) -> None:
    solution = proof()
    override(app, secret_key="another key, just as long as the one before it")
    assert not proof_of_work.spend(solution, CONFIRM)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["challenge", "solution", "parameters", "counter", "algorithm", "salt"])
            | st.text(max_size=3),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@pytest.mark.usefixtures("context")
@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(JSON.map(packed) | st.text(max_size=50))
def test_nonsense_does_not_break_it(nonsense: str) -> None:
    assert not proof_of_work.spend(nonsense, CONFIRM)


@pytest.mark.usefixtures("context")
def test_very_long_proofs_are_not_read() -> None:
    assert not proof_of_work.spend("A" * (LONGEST + 1), CONFIRM)
    assert len(proof()) < LONGEST / 3


@pytest.mark.usefixtures("context")
def test_at_real_difficulty_solving_is_slow_and_checking_is_fast(app: Flask) -> None:
    override(app, proof_cost=5_000)
    began = time.perf_counter()
    challenge = proof_of_work.challenge(CONFIRM)
    creation = time.perf_counter() - began
    answer = solved(challenge)
    took = time.perf_counter() - began - creation
    began = time.perf_counter()
    assert proof_of_work.spend(answer, CONFIRM)
    assert creation < 0.05
    assert time.perf_counter() - began < 0.1
    counter = json.loads(b64decode(answer))["solution"]["counter"]
    assert counter < challenge["tries"]
    assert took > counter * 0.0005


def test_only_one_of_many_at_once_is_taken(app: Flask) -> None:
    with app.app_context():
        solution = proof()
    won: list[bool] = []
    start = threading.Barrier(5)

    def spend() -> None:
        with app.app_context():
            start.wait()
            won.append(proof_of_work.spend(solution, CONFIRM))

    threads = [threading.Thread(target=spend) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(won) == [False] * 4 + [True]
