"""Forgotten passwords: several links at the same moment."""

import threading

import pytest
from flask import Flask
from sqlalchemy import func, select

from promosms.extensions import db
from promosms.models import Email, Message
from promosms.services.auth import password_reset
from promosms.services.auth.email_links import LinkGone
from tests.support.cast import Cast


def token_for(email: str) -> str:
    password_reset.ask(email)
    body = db.session.scalars(select(Email.body).order_by(Email.id.desc()).limit(1)).one()
    return body.split("/forgotten/")[1].split()[0]


@pytest.mark.usefixtures("context")
def test_two_links_at_once_send_one_text(app: Flask, cast: Cast) -> None:
    tokens = [token_for(cast.owner.email) for _ in range(2)]
    db.session.remove()
    results: list[str] = []
    barrier = threading.Barrier(2)

    def press(token: str) -> None:
        with app.app_context():
            barrier.wait()
            try:
                password_reset.send_password(token)
                results.append("done")
            except LinkGone:
                results.append("gone")

    threads = [threading.Thread(target=press, args=(token,)) for token in tokens]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["done", "gone"]
    assert db.session.scalar(select(func.count()).select_from(Message)) == 1


@pytest.mark.usefixtures("context")
def test_the_link_alone_is_not_enough_for_a_user_with_a_number(cast: Cast) -> None:
    with pytest.raises(LinkGone):
        password_reset.choose(token_for(cast.owner.email), "yellow boats under trees")
