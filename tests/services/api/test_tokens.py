"""Tokens of keys, and ids of messages: recognised, not guessed, not counted."""

import pytest
from flask import Flask

from promosms.services.api import message_ids, tokens
from promosms.settings import settings_of
from tests.support.settings import override


@pytest.mark.parametrize("sandbox", [True, False])
def test_a_token_is_recognised_anywhere(sandbox: bool) -> None:
    made = tokens.new(sandbox=sandbox)
    assert made.token.startswith("psk_test_" if sandbox else "psk_live_")
    assert made.token.startswith(made.shown)
    assert len(made.token) == 56
    found = tokens.ANYWHERE.search(f"GET /?key={made.token}&a=b HTTP/1.1")
    assert found is not None
    assert found[0] == made.token
    assert tokens.is_complete(made.token)


def test_a_typing_error_is_noticed() -> None:
    token = tokens.new(sandbox=False).token
    for place in range(len(token)):
        letter = "x" if token[place] != "x" else "y"
        assert not tokens.is_complete(token[:place] + letter + token[place + 1 :])
    assert not tokens.is_complete(token[:-1])
    assert not tokens.is_complete(token + "0")
    assert not tokens.is_complete("")


def test_no_two_tokens_are_the_same() -> None:
    assert len({tokens.new(sandbox=True).token for _ in range(1_000)}) == 1_000


def test_an_id_leads_to_its_number_and_to_no_other(app: Flask) -> None:
    with app.app_context():
        numbers = [1, 2, 3, 2**29 - 1, 2**29, 2**38]
        ids = message_ids.encode(numbers)
        assert len(set(ids)) == len(ids)
        assert [message_ids.decode(name) for name in ids] == [[number] for number in numbers]
        assert message_ids.decode("msg_") == message_ids.decode("msg_!") == []
        assert message_ids.decode(ids[0].removeprefix("msg_")) == []


def test_cursors_of_the_sandbox_and_of_real_texts_are_apart(app: Flask) -> None:
    with app.app_context():
        real, tried = (message_ids.cursor(7, sandbox=sandbox) for sandbox in (False, True))
        assert message_ids.after(real, sandbox=False) == message_ids.after(tried, sandbox=True) == 7
        assert message_ids.after(real, sandbox=True) is None
        assert message_ids.after(tried, sandbox=False) is None


def test_ids_stay_when_the_key_of_the_installation_changes(app: Flask) -> None:
    with app.app_context():
        [name] = message_ids.encode([4711])
        before = settings_of(app).secret_key
    override(app, secret_key="another one", secret_key_fallbacks=(before,))
    with app.app_context():
        assert 4711 in message_ids.decode(name)
        assert message_ids.encode([4711]) != [name]
