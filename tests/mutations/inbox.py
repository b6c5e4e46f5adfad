"""Mutations of rules about who looks after a conversation."""

from tests.mutations.mutation import SERVICES, Mutation

_ASSIGNEES = f"{SERVICES}inbox/assignees.py"
_CONVERSATIONS = f"{SERVICES}inbox/conversations.py"
_TESTS = "tests/services/inbox/test_assignees.py"
INBOX = (
    Mutation(_ASSIGNEES, "if row.assignee_id is None:", "if True:", _TESTS),
    Mutation(_ASSIGNEES, "not in (before, by.id)", "!= by.id", _TESTS),
    Mutation(_ASSIGNEES, "not in (before, by.id)", "!= before", _TESTS),
    Mutation(
        _ASSIGNEES,
        "User.account_id == account_id, User.public_id == public_id, _answers()",
        "User.public_id == public_id, _answers()",
        _TESTS,
    ),
    Mutation(
        _ASSIGNEES,
        "query.with_for_update().execution_options",
        "query.execution_options",
        _TESTS,
        "postgresql",
    ),
    Mutation(
        _CONVERSATIONS,
        "and_(is_open, Conversation.assignee_id == user_id)",
        "Conversation.assignee_id == user_id",
        _TESTS,
    ),
    Mutation(_CONVERSATIONS, "show if show in BY_PERSON else Show.OPEN", "Show.OPEN", _TESTS),
)
