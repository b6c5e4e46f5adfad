"""Recovery codes: ten codes for a user who has lost the phone; each works once."""

import secrets
from dataclasses import dataclass, field

from sqlalchemy import delete, func, select

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import RecoveryCode, User
from promosms.services.auth import factors, passwords

NUMBER = 10
GROUP = 4
SYMBOLS = 3 * GROUP  # 55 bits, of which 18 are the mark


@dataclass(frozen=True)
class NewCode:
    """A code, and its hash, made before the database is locked: hashing is slow."""

    text: str = field(repr=False)
    hashed: str = field(repr=False)


def new_set() -> list[NewCode]:
    """Ten codes such as ``K7QM-ACDE-34XY``; no two begin with the same group."""
    codes: dict[str, str] = {}
    while len(codes) < NUMBER:
        symbols = "".join(secrets.choice(passwords.SYMBOLS) for _ in range(SYMBOLS))
        code = passwords.normalised(symbols)
        codes[code[:GROUP]] = code
    return [NewCode(code, passwords.hash_password(code)) for code in codes.values()]


def replace(user: User, codes: list[NewCode]) -> None:
    """Give the user these codes; older ones become void."""
    with transaction() as session:
        session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
        session.add_all(
            RecoveryCode(user_id=user.id, mark=code.text[:GROUP], code_hash=code.hashed)
            for code in codes
        )


def use(user: User, typed: str) -> bool:
    """Is it an unused code of this user? Then it is used up now."""
    code = passwords.normalised(typed)
    of_user = RecoveryCode.user_id == user.id, RecoveryCode.mark == code[:GROUP]
    row = db.session.execute(
        select(RecoveryCode.id, RecoveryCode.code_hash).where(*of_user)
    ).first()
    if not passwords.matches(row.code_hash if row else None, code) or row is None:
        return False
    with transaction() as session:
        # The user is locked before links and codes, in this order everywhere: see undo_changes.
        session.get(User, user.id, with_for_update=True)
        used = delete(RecoveryCode).where(RecoveryCode.id == row.id).returning(RecoveryCode.id)
        if session.execute(used).first() is None:
            return False
        factors.forget_code(user.id, row.code_hash)
        return True


def left(user: User) -> int:
    """How many codes the user has not used yet."""
    query = select(func.count()).where(RecoveryCode.user_id == user.id)
    return db.session.scalars(query).one()


def could_be_one(typed: str) -> bool:
    """Does it look like a recovery code?"""
    symbols = passwords.normalised(typed).replace("-", "")
    return len(symbols) == SYMBOLS and set(symbols) <= set(passwords.SYMBOLS)
