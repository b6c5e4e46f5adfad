"""Fixtures that several tests of services use."""

from collections.abc import Callable

import pytest
from flask import Flask

from promosms.extensions import db
from promosms.services.sending import opt_outs
from tests.support.aging import OTHER_WORD, OURS, OURS_SKIPPED, THEIRS, WORD, night, send
from tests.support.cast import Cast
from tests.support.snapshot import Snapshots

Settle = Callable[..., None]


@pytest.fixture
def sent(app: Flask, cast: Cast, settle: Settle, snapshots: Snapshots) -> tuple[int, int]:
    """Ids of a finished campaign of the owner and one of the stranger."""

    def send_both() -> tuple[int, int]:
        with app.app_context():
            opt_outs.opt_out(cast.owner.account_id, OURS_SKIPPED, "hand")
            campaign_id = send(cast.owner, [*OURS, OURS_SKIPPED], WORD)
            other_id = send(cast.stranger, THEIRS, OTHER_WORD)
            db.session.remove()
        settle()
        with app.app_context():
            night()
        return campaign_id, other_id

    return snapshots.begin_with("two campaigns", send_both)
