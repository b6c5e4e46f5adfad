"""What each role may do, written down once more: the table of the code must agree."""

import pytest

from promosms.models import Role, Scope
from promosms.services.auth import rights
from promosms.services.auth.rights import Right

LOOKING = {Right.LOOK}
WORKING = {Right.DOWNLOAD, Right.ANSWER, Right.RECIPIENTS, Right.WRITE, Right.SEND}
OWNING = {Right.PAY, Right.CONNECT, Right.COLLEAGUES, Right.ACCOUNT}


def test_every_right_is_named_here() -> None:
    assert set(Right) == LOOKING | WORKING | OWNING


@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        (Role.VIEWER, LOOKING),
        (Role.MEMBER, LOOKING | WORKING),
        (Role.OWNER, LOOKING | WORKING | OWNING),
        (Role.ADMIN, set()),
        (None, set()),
    ],
)
def test_a_role_has_these_rights_and_no_others(role: Role | None, allowed: set[Right]) -> None:
    assert {right for right in Right if rights.may(role, right)} == allowed


@pytest.mark.parametrize(
    ("role", "scopes"),
    [
        (Role.VIEWER, {Scope.BILLING}),
        (Role.MEMBER, {Scope.BILLING, Scope.READ, Scope.SEND}),
        (Role.OWNER, set(Scope)),
        (None, set()),
    ],
)
def test_a_key_may_be_used_for_what_its_maker_may_do(role: Role | None, scopes: set[Scope]) -> None:
    assert {scope for scope in Scope if rights.may_use(role, scope)} == scopes


def test_a_right_is_given_to_these_roles() -> None:
    assert rights.roles_with(Right.LOOK) == {Role.VIEWER, Role.MEMBER, Role.OWNER}
    assert rights.roles_with(Right.SEND) == {Role.MEMBER, Role.OWNER}
    assert rights.roles_with(Right.COLLEAGUES) == {Role.OWNER}
