"""The cost and the problems of a text while it is being written."""

import pytest

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import Account, Recipient
from promosms.services.campaigns import text_cost
from promosms.services.campaigns.text_cost import CostlyCharacter, TextProblem
from tests.support.cast import Cast


@pytest.fixture
def account(cast: Cast, context: None) -> Account:
    """The owner's account, in Poland."""
    return db.session.get_one(Account, cast.owner.account_id)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", TextProblem.EMPTY),
        (" \n ", TextProblem.EMPTY),
        ("Hi {nobody}", TextProblem.UNKNOWN_PLACEHOLDER),
        ("Hi {First Name|you}, {{price}}", None),
        ("a" * 918, None),
        ("a" * 919, TextProblem.TOO_LONG),
        ("ł" * 402, None),
        ("ł" * 403, TextProblem.TOO_LONG),
    ],
)
def test_it_finds_problems(text: str, problem: TextProblem | None) -> None:
    assert text_cost.problem(text, opt_out_line=False, language="en") == problem


def test_the_opt_out_line_counts(account: Account) -> None:
    assert text_cost.problem("a" * 900, opt_out_line=False, language="en") is None
    assert text_cost.problem("a" * 900, opt_out_line=True, language="en") == TextProblem.TOO_LONG
    assert text_cost.text_cost(account, "Hi", opt_out_line=True, language="pl").text == (
        "Hi\nRezygnacja: odpisz STOP"
    )


def test_it_names_the_costly_characters_and_their_plain_form(account: Account) -> None:
    cost = text_cost.text_cost(account, "Zł 🎉 “x”", opt_out_line=False, language="en")
    assert cost.special
    assert cost.costly == (
        CostlyCharacter("ł", "l"),
        CostlyCharacter("🎉", None),
        CostlyCharacter("“", '"'),
        CostlyCharacter("”", '"'),
    )
    assert cost.part_price == 300


def test_the_longest_case_is_a_recipient_of_the_same_account(account: Account, cast: Cast) -> None:
    with transaction() as session:
        session.add_all(
            Recipient(account_id=account_id, phone="+48601111111", country="PL", first_name=name)
            for account_id, name in ((account.id, "Ola"), (cast.stranger.account_id, "Maximilian"))
        )
    cost = text_cost.text_cost(account, "Hi {first_name|you}", opt_out_line=False, language="en")
    assert (cost.text, cost.personal) == ("Hi Ola", True)
    assert not text_cost.text_cost(account, "Hi", opt_out_line=False, language="en").personal
