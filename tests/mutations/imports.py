"""Rows of imports: none is lost on the way to the database, none refers to what is gone."""

from tests.mutations.mutation import SERVICES, Mutation

KEYS, TESTS_OF_KEYS = "promosms/models/statement_keys.py", "tests/models/test_statement_keys.py"
UPSERT, TESTS_OF_UPSERT = "promosms/db/upsert_rows.py", "tests/db/test_upsert_rows.py"
AHEAD = "promosms/lib/ahead.py"

IMPORTS = (
    Mutation(KEYS, " FOR KEY SHARE)", ")", TESTS_OF_KEYS, "postgresql"),
    Mutation(KEYS, "count(*) <> count(found.here)", "count(*) < 0", TESTS_OF_KEYS, "postgresql"),
    Mutation(KEYS, "AND NEW.{column} IS NOT NULL", "AND false", TESTS_OF_KEYS, "postgresql"),
    Mutation(
        KEYS,
        "DELETE FROM {referring}",
        "DELETE FROM {table} WHERE false",
        TESTS_OF_KEYS,
        "postgresql",
    ),
    Mutation(UPSERT, "(512, 64, 8, 1)", "(512, 64, 8)", TESTS_OF_UPSERT),
    Mutation(UPSERT, "            start += size", "            start += size + 1", TESTS_OF_UPSERT),
    Mutation(
        UPSERT,
        "if column.count(column[0]) == len(column)",
        "if column[0] == column[-1]",
        TESTS_OF_UPSERT,
    ),
    Mutation(UPSERT, "count(len(same) + 1)", "count(len(same))", TESTS_OF_UPSERT),
    Mutation(
        "promosms/db/bulk.py",
        "2 * (len(values) - 1)",
        "joined.count('\"')",
        TESTS_OF_UPSERT,
        "postgresql",
    ),
    Mutation(AHEAD, "sys.setswitchinterval(self._usual_turn)", "pass", "tests/lib/test_ahead.py"),
    Mutation(AHEAD, "if self._upcoming is None:", "if True:", "tests/lib/test_ahead.py"),
    Mutation(
        f"{SERVICES}imports/rows.py",
        "if problem == PhoneProblem.EMPTY:",
        "if True:",
        "tests/services/imports",
    ),
)
