"""Passwords that are tried first."""

import hashlib
from pathlib import Path

import pytest
import zxcvbn
from flask import Flask

from promosms.services.auth import common_passwords, passwords
from promosms.services.auth.passwords import PasswordProblem as Problem
from tests.support.settings import override


@pytest.mark.parametrize(
    "typed",
    [
        "passwordpassword",
        "Password1Password1",
        "qwertyuiopasdfghjkl",
        "1q2w3e4r5t6y7u8i",
        "abcdefghijklmnop",
        "123456789012345",
        "iloveyouiloveyou",
        "administrator123",
        "manchesterunited",
        "zaq12wsxcde34rfv",
        "letmein letmein letmein",
    ],
)
def test_common_passwords_are_refused(typed: str) -> None:
    assert passwords.problem(typed, "anna@example.com", "+48601000101") is Problem.COMMON


@pytest.mark.parametrize(
    "typed",
    ["promosmspromosms1", "anna.kowalska.2024", "annakowalskaanna", "milkbarmilkbar99"],
)
def test_words_of_the_person_and_of_the_site_are_refused(typed: str) -> None:
    problem = passwords.problem(typed, "anna.kowalska@milkbar.example", "+48601000101")
    assert problem is Problem.COMMON


def test_words_of_somebody_else_are_allowed() -> None:
    assert passwords.problem("yellow kowalska trees 7", "b@example.com", "") is None


def test_hostile_passwords_do_not_keep_the_server_busy(monkeypatch: pytest.MonkeyPatch) -> None:
    """The time of the library grows with the substitutions in what it gets."""
    texts = []

    def estimate(text: str, user_inputs: list[str]) -> dict[str, int]:
        texts.append(text)
        return {"guesses": 1}

    monkeypatch.setattr(zxcvbn, "zxcvbn", estimate)
    hostile = "4@8({[</369&#!1/|0$5+7%2/" * 8
    assert common_passwords.is_common(hostile)
    assert texts == [hostile[:32]]


@pytest.fixture
def listed(app: Flask, tmp_path: Path) -> list[str]:
    """An operator's list of a thousand leaked passwords."""
    words = [f"leaked word number {n}" for n in range(1000)]
    lines = sorted(hashlib.sha1(word.encode()).hexdigest().upper() for word in words)
    path = tmp_path / "leaked.txt"
    path.write_text("".join(f"{line}:{n}\n" for n, line in enumerate(lines)))
    override(app, leaked_passwords=str(path))
    return words


@pytest.mark.usefixtures("context")
def test_every_line_of_the_operators_list_is_found(listed: list[str]) -> None:
    assert all(common_passwords.is_leaked(word) for word in listed)
    assert not any(common_passwords.is_leaked(f"{word}!") for word in listed)


@pytest.mark.usefixtures("context")
def test_without_a_list_no_password_counts_as_leaked() -> None:
    assert not common_passwords.is_leaked("password")
