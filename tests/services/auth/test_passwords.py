"""Passwords: hashes, the system password, what may be chosen."""

import re

import pytest
from argon2 import PasswordHasher
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from promosms.services.auth import passwords
from promosms.services.auth.passwords import PasswordProblem as Problem


@pytest.mark.usefixtures("context")
def test_it_hashes_by_argon2id_with_the_settings(app: Flask) -> None:
    stored = passwords.hash_password("four quiet words")
    assert stored.startswith("$argon2id$v=19$m=64,t=1,p=1$")
    assert passwords.matches(stored, "four quiet words")
    assert not passwords.matches(stored, "five quiet words")
    assert not passwords.matches(None, "four quiet words")
    assert not passwords.matches("", "four quiet words")
    assert not passwords.matches("not a hash", "four quiet words")


@pytest.mark.usefixtures("context")
def test_an_unknown_user_costs_one_check_too(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    stored = passwords.hash_password("right")
    passwords.matches(None, "warm")
    checks: list[str] = []
    verify, hashing = PasswordHasher.verify, PasswordHasher.hash

    def counted_verify(self: PasswordHasher, *typed: str) -> bool:
        checks.append("verify")
        return verify(self, *typed)

    def counted_hash(self: PasswordHasher, typed: str) -> str:
        checks.append("hash")
        return hashing(self, typed)

    monkeypatch.setattr(PasswordHasher, "verify", counted_verify)
    monkeypatch.setattr(PasswordHasher, "hash", counted_hash)
    passwords.matches(None, "wrong")
    passwords.matches(stored, "wrong")
    assert checks == ["verify", "verify"]


def test_system_passwords_are_easy_to_read_and_hard_to_guess() -> None:
    created = {passwords.new_system_password() for _ in range(200)}
    assert len(created) == 200
    for password in created:
        assert re.fullmatch(r"[A-Z347]{4}(-[A-Z347]{4}){3}", password)
        assert not set(password) & set("BIOSZ0125689")
        assert passwords.could_be_sent(password)


@given(st.integers())
def test_system_passwords_are_read_in_any_spelling(round_number: int) -> None:
    password = passwords.new_system_password()
    for typed in (password.lower(), password.replace("-", " "), f"\t{password} \n"):
        assert passwords.normalised(typed) == password
        assert passwords.could_be_sent(typed)


@given(st.text(max_size=60))
def test_any_text_can_be_typed(typed: str) -> None:
    passwords.could_be_sent(typed)
    passwords.problem(typed, "anna@example.com", "+48601000101")


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("yellow boats under trees", None),
        ("heavyrunnerplace", None),
        ("+48 601 000 101 is mine", None),
        ("pokój żółty łódź", None),
        ("fourteen chars", Problem.TOO_SHORT),
        (" " * 20, Problem.TOO_SHORT),
        ("x" * 201, Problem.TOO_LONG),
        ("aaaaaaaaaaaaaaaa", Problem.REPEATED),
        ("AaAaAaAaAaAaAaAa", Problem.REPEATED),
        ("Anna.Long@Example.com", Problem.PERSONAL),
        ("0048 601 000 101", Problem.PERSONAL),
        ("K7QM-ACDE-FGHJ-34XY", Problem.SENT),
        ("HEAVYRUNNERPLACE", Problem.SENT),
    ],
)
def test_it_accepts_or_refuses_chosen_passwords(typed: str, expected: Problem | None) -> None:
    assert passwords.problem(typed, "anna.long@example.com", "+48601000101") is expected


def test_suggestions_may_be_chosen() -> None:
    suggestions = {passwords.suggestion() for _ in range(100)}
    assert len(suggestions) == 100
    assert not [word for word in suggestions if passwords.problem(word, "a@example.com", "")]
