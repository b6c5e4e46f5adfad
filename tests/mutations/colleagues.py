"""Mutations of rules about colleagues: roles, invitations, and who has done what."""

from tests.mutations.mutation import SERVICES, Mutation

_COLLEAGUES = f"{SERVICES}colleagues/colleagues.py"
_INVITATIONS = f"{SERVICES}colleagues/invitations.py"
_ACTS = f"{SERVICES}colleagues/acts.py"
_ACCESS = "promosms/web/access.py"
_OF_COLLEAGUES = "tests/services/colleagues/test_colleagues.py"
_OF_INVITATIONS = "tests/services/colleagues/test_invitations.py"
_OF_ACTS = "tests/services/colleagues/test_acts.py"
_OF_VIEWERS = "tests/views/colleagues/test_viewers.py"
_OF_KEYS = "tests/views/api/test_callers.py"
COLLEAGUES = (
    Mutation(_COLLEAGUES, "and user.password_hash is not None", "", _OF_COLLEAGUES),
    Mutation(
        _COLLEAGUES,
        "if actor is None or not rights.may(actor.role, Right.COLLEAGUES):",
        "if actor is None:",
        _OF_COLLEAGUES,
    ),
    Mutation(
        _COLLEAGUES,
        "if made and change.keep_keys is None:",
        "if False:",
        _OF_COLLEAGUES,
    ),
    Mutation(_COLLEAGUES, "if not rights.may(role, Right.CONNECT):", "if False:", _OF_COLLEAGUES),
    Mutation(_COLLEAGUES, "if not rights.may(role, Right.ANSWER):", "if False:", _OF_COLLEAGUES),
    Mutation(
        _COLLEAGUES, "if not rights.may(role, Right.COLLEAGUES):", "if False:", _OF_COLLEAGUES
    ),
    Mutation(_COLLEAGUES, "if key.created_by == person.public_id", "", _OF_COLLEAGUES),
    Mutation(
        _COLLEAGUES,
        "locked = _of(account_id).with_for_update()",
        "locked = _of(account_id)",
        _OF_COLLEAGUES,
        "postgresql",
    ),
    Mutation(_COLLEAGUES, "if person.id != actor.id:", "if True:", _OF_COLLEAGUES),
    Mutation(_INVITATIONS, "if people >= most(account):", "if False:", _OF_INVITATIONS),
    Mutation(_INVITATIONS, "not writes and _waits(account.id, address)", "False", _OF_INVITATIONS),
    Mutation(
        _INVITATIONS,
        "return active and rights.may(user.role, Right.COLLEAGUES)",
        "return active",
        _OF_INVITATIONS,
    ),
    Mutation(_INVITATIONS, "EmailLink.created_at > now() - JUST_NOW", "", _OF_INVITATIONS),
    Mutation(_INVITATIONS, "if owner is not None:", "if False:", _OF_INVITATIONS),
    Mutation(
        _INVITATIONS,
        "return *_of(account_id), EmailLink.expires_at > now()",
        "return _of(account_id)",
        _OF_INVITATIONS,
    ),
    Mutation(
        _ACTS, "if state.is_insert or state.is_update or state.is_delete:", "if True:", _OF_ACTS
    ),
    Mutation(_ACTS, "if session.info[CHANGED]:", "if True:", _OF_ACTS),
    Mutation(_ACTS, 'begun.subject or next(filter(None, made), "")', "next(made)", _OF_ACTS),
    Mutation(_ACTS, "and tables - NO_CHANGES", "", _OF_ACTS),
    Mutation(_ACTS, "part = undone(ended)", "part = ended", _OF_ACTS),
    Mutation(
        _ACTS,
        "session.info[CHANGED], begun.written = [], False",
        "begun.written = False",
        _OF_ACTS,
    ),
    Mutation(_ACTS, "if each[0] is not part]", "]", _OF_ACTS),
    Mutation(_ACTS, "        del session.info[BEGUN]\n", "        pass\n", _OF_ACTS),
    Mutation(
        f"{SERVICES}audit/log.py",
        "undone(ended)",
        "ended",
        "tests/services/audit/test_chain.py",
    ),
    Mutation(
        _COLLEAGUES,
        "actor if actor is not person else next(filter(_can_own, others))",
        "actor",
        _OF_COLLEAGUES,
    ),
    Mutation(_ACCESS, "user.role not in roles_of(access)", "False", _OF_VIEWERS),
    Mutation("promosms/views/recipients/inbox.py", " and has(Right.ANSWER):", ":", _OF_VIEWERS),
    Mutation("promosms/web/api/caller.py", "rights.may_use(role, scope)", "True", _OF_KEYS),
)
