"""How often somebody presses on the pages of a window: fingers, and choices from a list."""

from playwright.sync_api import BrowserContext

LISTEN = """
addEventListener("pointerdown", (event) => event.isTrusted && pressed(1), true);
addEventListener("change", (event) => event.target.matches("select") && pressed(2), true);
"""


class Presses:
    """Counts them, on every page of a browser context, from now on.

    A choice from a list counts twice: the list is opened, and one of its lines is pressed. Letters
    that are typed do not count; nor does what happens outside of the pages.
    """

    def __init__(self, context: BrowserContext) -> None:
        self.count = 0
        context.expose_binding("pressed", lambda _, times: self._add(times))
        context.add_init_script(LISTEN)

    def _add(self, times: int) -> None:
        self.count += times
