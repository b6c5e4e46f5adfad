"""Mutations of rules about bulk actions: whom they change, and that nobody else is changed."""

from tests.mutations.mutation import SERVICES, Mutation

_ACTIONS, _RUN = f"{SERVICES}bulk_actions/actions.py", f"{SERVICES}bulk_actions/run.py"
_TESTS = "tests/services/bulk_actions"
BULK_ACTIONS = (
    Mutation(_ACTIONS, "if action.chosen == stored and basis", "if basis", _TESTS),
    Mutation(
        _ACTIONS,
        " and basis in (None, consents.basis_of(consents.of(action))):",
        ":",
        _TESTS,
    ),
    Mutation(
        _ACTIONS,
        "            BulkAction.kind == kind,\n",
        "",
        _TESTS,
    ),
    Mutation(
        _ACTIONS,
        "BulkAction.list_id.is_(None) if list_id is None else BulkAction.list_id == list_id",
        "BulkAction.id > 0",
        _TESTS,
    ),
    Mutation(
        _ACTIONS,
        "BulkAction.id == action.id, BulkAction.status.in_(WAITING)",
        "BulkAction.id == action.id",
        _TESTS,
    ),
    Mutation(
        _ACTIONS, "_(None), BulkAction.touched_at < now() - STALE_AFTER)", "_not(None))", _TESTS
    ),
    Mutation(
        _RUN,
        "where(*chosen.conditions(), Recipient.id == recipient_id)",
        "where(Recipient.id == recipient_id)",
        _TESTS,
    ),
    Mutation(_RUN, "            raise ListGone", "            return 0", _TESTS),
    Mutation(_RUN, "except (FilterGone, ListGone):", "except ListGone:", _TESTS),
    Mutation(
        _RUN,
        "finished_at=now(), chosen={})",
        "finished_at=now())",
        _TESTS,
    ),
    Mutation(
        _RUN,
        "    if action.status != BulkStatus.RUNNING:\n        return False\n    meant",
        "    meant",
        _TESTS,
    ),
)
