"""Pages that fade into each other: a fade that is skipped is no error."""

from tests.browser.conftest import OpenBrowser

SKIP = """(name) => {
  const promise = () => Promise.reject(new Error("skipped"));
  const viewTransition = { ready: promise(), finished: promise(), updateCallbackDone: promise() };
  dispatchEvent(Object.assign(new Event(name), { viewTransition }));
  return new Promise((done) => setTimeout(done));  // rejections are reported at the end of a task
}"""


def test_a_fade_that_is_skipped_is_no_error(open_browser: OpenBrowser) -> None:
    page = open_browser().page
    page.goto("/login")
    for name in ("pageswap", "pagereveal"):
        page.evaluate(SKIP, name)
