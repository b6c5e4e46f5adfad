"""The house of components, while one develops."""

from flask import Flask

from promosms.settings import change_settings
from tests.support.pages import PageClient


def test_it_shows_every_component(visitor: PageClient) -> None:
    page = visitor.get_page("/design")
    for part in (".row", ".error", ".choice", ".notice", ".toast", ".want", ".bubble", ".empty"):
        assert page.select_one(f"main {part}"), part


def test_it_is_not_there_in_production(app: Flask, visitor: PageClient) -> None:
    change_settings(app, production=True)
    assert visitor.get("/design").status_code == 404
