"""Mutations of rules about accounts that have left."""

from tests.mutations.mutation import SERVICES, Mutation

DEPARTED = (
    Mutation(
        f"{SERVICES}accounts/admins.py",
        "_admins().with_for_update()",
        "_admins()",
        "tests/services/accounts/test_admins.py",
        "postgresql",
    ),
    Mutation(
        f"{SERVICES}privacy/legal_records.py",
        '"created_at": seller_days.start_of(row["created_at"]),\n        }',
        '"created_at": row["created_at"],\n        }',
        "tests/services/privacy/test_departed.py",
    ),
    Mutation(
        f"{SERVICES}audit/log.py",
        "created_at=day))",
        "created_at=entry.created_at))",
        "tests/services/audit/test_chain.py",
    ),
)
