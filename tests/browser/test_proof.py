"""The proof of work: solved while the user types, and not needed without script."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Request, expect

from tests.browser.conftest import OpenBrowser
from tests.browser.story import confirm_address, heading


@pytest.fixture
def watched(open_browser: OpenBrowser) -> Callable[..., tuple[Page, list[str]]]:
    """Open a page and record the forms that it sends."""

    def watch(**options: object) -> tuple[Page, list[str]]:
        page, sent = open_browser(**options).page, list[str]()

        def note(request: Request) -> None:
            if request.method == "POST":
                sent.append(request.post_data or "")

        page.on("request", note)
        return page, sent

    return watch


def fill(page: Page, email: str, phone: str) -> None:
    page.goto("/register")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Mobile number").fill(phone)


def proven(form: str) -> bool:
    return re.search(r"(^|&)proof=[A-Za-z0-9%]{300,}", form) is not None


def test_it_is_solved_while_the_user_types(watched: Callable[..., tuple[Page, list[str]]]) -> None:
    page, sent = watched()
    page.goto("/register")
    box = page.locator("[data-proof]")
    assert page.locator("input[name=proof]").input_value() == ""
    page.get_by_label("E-mail address").fill("prover@example.com")
    expect(page.locator("input[name=proof]")).to_have_value(re.compile(".{300}"))
    expect(box).to_be_hidden()
    page.get_by_label("Mobile number").fill("+48 601 300 150")
    page.get_by_role("button", name="Register").click()
    confirm_address(page, "prover@example.com")
    page.get_by_role("button", name="Text me the password").click()
    heading(page, "Sign in")
    assert [proven(form) for form in sent] == [True, True]


def test_the_form_waits_for_it_and_says_so(watched: Callable[..., tuple[Page, list[str]]]) -> None:
    page, sent = watched()
    page.route("**/proof?*", lambda route: (page.wait_for_timeout(400), route.continue_()))
    fill(page, "waiter@example.com", "+48 601 300 151")
    page.get_by_role("button", name="Register").click(no_wait_after=True)
    expect(page.get_by_role("status").filter(has_text="no robot")).to_be_visible()
    heading(page, "Check your e-mail")
    assert [proven(form) for form in sent] == [True]


def test_an_expired_one_is_solved_again(
    watched: Callable[..., tuple[Page, list[str]]],
) -> None:
    page, sent = watched()
    page.clock.install()
    fill(page, "slow@example.com", "+48 601 300 152")
    expect(page.locator("input[name=proof]")).to_have_value(re.compile(".{300}"))
    first = page.locator("input[name=proof]").input_value()
    page.clock.fast_forward("04:30")
    page.get_by_role("button", name="Register").click(no_wait_after=True)
    heading(page, "Check your e-mail")
    assert proven(sent[0])
    assert first[:500] not in sent[0]


def test_the_form_is_sent_without_it_when_it_is_unavailable(
    watched: Callable[..., tuple[Page, list[str]]],
) -> None:
    page, sent = watched()
    page.route("**/proof?*", lambda route: route.fulfill(status=429))
    fill(page, "none@example.com", "+48 601 300 153")
    page.get_by_role("button", name="Register").click()
    heading(page, "Check your e-mail")
    assert [proven(form) for form in sent] == [False]


def test_it_works_without_script(watched: Callable[..., tuple[Page, list[str]]]) -> None:
    page, sent = watched(java_script_enabled=False)
    fill(page, "noscript@example.com", "+48 601 300 154")
    expect(page.locator("[data-proof]")).to_be_hidden()
    page.get_by_role("button", name="Register").click()
    confirm_address(page, "noscript@example.com")
    page.get_by_role("button", name="Text me the password").click()
    heading(page, "Sign in")
    assert not any(proven(form) for form in sent)
