"""The index of the search after everything that the stage has done."""

from tests.meta.stage import Stage
from tests.support import search_index


def test_it_holds_what_the_recipients_hold(stage: Stage) -> None:
    with stage.app.app_context():
        assert search_index.count()
        search_index.check()
