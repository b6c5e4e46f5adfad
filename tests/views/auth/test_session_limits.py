"""How long a session lasts without a click, and how long in any case."""

import pytest

from tests.support.cast import Cast
from tests.support.clock import Clock
from tests.support.pages import PageClient


def is_signed_in(browser: PageClient, path: str = "/password/change") -> bool:
    """Is the browser signed in? The request counts as a click."""
    response = browser.get(path)
    assert response.status_code in (200, 302)
    return response.status_code == 200


@pytest.mark.parametrize(("minutes", "stays"), [(59, True), (61, False)])
def test_it_ends_after_an_hour_without_a_click(
    owner: PageClient, clock: Clock, minutes: int, stays: bool
) -> None:
    assert is_signed_in(owner)
    clock.move(minutes=minutes)
    assert is_signed_in(owner) is stays


def test_each_click_restarts_the_hour(owner: PageClient, clock: Clock) -> None:
    for _ in range(3):
        clock.move(minutes=59)
        assert is_signed_in(owner)
    clock.move(minutes=61)
    assert not is_signed_in(owner)


@pytest.mark.parametrize(("minutes", "stays"), [(14, True), (16, False)])
def test_the_session_of_an_admin_ends_after_a_quarter_of_an_hour(
    cast: Cast, clock: Clock, minutes: int, stays: bool
) -> None:
    browser = cast.admin.browser()
    assert is_signed_in(browser)
    clock.move(minutes=minutes)
    assert is_signed_in(browser) is stays


@pytest.mark.parametrize(("minutes", "stays"), [(29, True), (31, False)])
def test_clicks_do_not_keep_it_longer_than_twelve_hours(
    owner: PageClient, clock: Clock, minutes: int, stays: bool
) -> None:
    for _ in range(23):  # until 11:30
        clock.move(minutes=30)
        assert is_signed_in(owner)
    clock.move(minutes=minutes)
    assert is_signed_in(owner) is stays
