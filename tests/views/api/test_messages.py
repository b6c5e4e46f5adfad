"""Sending a text from a program, reading it, cancelling it."""

import pytest
from flask import Flask

from tests.support.api import Program
from tests.support.cast import Cast

TEXT = {"to": "+48 600 100 200", "text": "Your parcel is here."}


def test_it_accepts_a_text_and_says_what_it_costs(program: Program) -> None:
    response = program.post("/messages", {**TEXT, "reference": "order-1"})
    assert response.status_code == 201, response.text
    text = response.get_json()
    assert (text["to"], text["status"], text["parts"]) == ("+48600100200", "queued", 1)
    assert text["reference"] == "order-1"
    assert program.get(response.location.removeprefix("/api/v1")).get_json() == text
