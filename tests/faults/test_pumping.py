"""A short day of SMS pumping. For the long run see `python -m tests.faults pumping --seed 1`."""

from flask import Flask

from tests.faults import pumping
from tests.faults.pumping import Size


def test_a_bot_gets_few_texts_and_people_get_all(app: Flask) -> None:
    report = pumping.day(app, "test", 23, Size(addresses=30, numbers=60, ranges=2, people=3))
    assert report.fine, report
    assert report.facts["ranges blocked"] == 2
    assert report.facts["texts to the bot"] == 20
