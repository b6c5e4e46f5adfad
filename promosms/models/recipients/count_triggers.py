"""What keeps the recipient counts: triggers on recipients, lists and suppressions.

No statement that changes them can forget to count. The triggers are made with their tables; a
migration that makes or rebuilds a table calls `statements` and `drops` itself. Nothing is counted
for an account that is being deleted: its counts go with it.

On PostgreSQL they act once for each statement. Two transactions that do not see each other must not
both believe that a recipient is where the other has just moved it from:
- who writes suppressions takes the opt-out lock of the account, who writes recipients takes it
  shared. Services that hold other locks take it before them (`opt_outs.lock_shared`);
- who changes what a recipient is counted by locks the row so that nobody can put the recipient on
  a list or take it off meanwhile: the foreign key, or the trigger, wants to lock the row as well.
"""

from collections.abc import Iterator

from sqlalchemy import Connection, Table, event

from promosms.models.base import Model

LOCKS = 1 << 32
"""Advisory locks of accounts on PostgreSQL: exclusive for opt-outs, shared for claims."""
TABLES = ("recipients", "list_recipients", "suppressions", "lists")
COUNTED = "account_id, list_id, country, consent, standing"
KEY = f"{COUNTED}, part"
ADD = f"ON CONFLICT ({KEY}) DO UPDATE SET people = recipient_counts.people + excluded.people"


def statements(table: str, dialect: str) -> list[str]:
    """What counts the changes of a table, for "sqlite" or "postgresql"."""
    return list((ON_SQLITE if dialect == "sqlite" else ON_POSTGRESQL)[table]())


def drops(table: str, dialect: str) -> list[str]:
    """What takes these triggers away."""
    names = [line.split()[2] for line in statements(table, dialect) if "TRIGGER" in line[:20]]
    if dialect == "sqlite":
        return [f"DROP TRIGGER IF EXISTS {name}" for name in names]
    triggers = [f"DROP TRIGGER IF EXISTS {name} ON {table}" for name in names]
    return [*triggers, *(f"DROP FUNCTION IF EXISTS {name}()" for name in names)]


def truth(condition: str) -> str:
    """A query for the counts as they have to be, without their parts.

    `condition` names accounts by `account_id`.
    """
    return (
        f"SELECT r.account_id, 0 AS list_id, {_COUNTED} AS standing, count(*) AS people "
        f"FROM recipients r WHERE r.{condition} GROUP BY 1, 2, 3, 4, 5 "
        f"UNION ALL SELECT r.account_id, l.list_id, {_COUNTED}, count(*) FROM list_recipients l "
        f"JOIN recipients r ON r.id = l.recipient_id "
        f"WHERE l.{condition} GROUP BY 1, 2, 3, 4, 5"
    )


def attach() -> None:
    """Let the triggers be made together with their tables."""
    for table in TABLES:
        event.listen(Model.metadata.tables[table], "after_create", _make)


def _make(table: Table, connection: Connection, **_options: object) -> None:
    for statement in statements(table.name, connection.dialect.name):
        connection.exec_driver_sql(statement)


def _standing(source: str) -> str:
    """The standing of a number with this source on the suppression list, or NULL."""
    return f"CASE coalesce({source}, '') WHEN '' THEN '' WHEN 'held' THEN 'held' ELSE 'out' END"


def _of_number(row: str) -> str:
    """The standing of the number of this row."""
    return _standing(
        "(SELECT s.source FROM suppressions s "
        f"WHERE s.account_id = {row}.account_id AND s.phone = {row}.phone)"
    )


def _differs(columns: str, sign: str) -> str:
    return " OR ".join(f"{{0}}.{name} {sign} {{1}}.{name}" for name in columns.split())


COUNTED_BY = "account_id phone country consent"
LISTED_BY = "account_id phone source"


# SQLite: for each row.


def _recipients_on_sqlite() -> Iterator[str]:
    differs = _differs(COUNTED_BY, "IS NOT").format("OLD", "NEW")
    yield _trigger("recipients_added", "AFTER INSERT ON recipients", [_one("NEW", "0", 1)])
    on_lists = "list_recipients l WHERE l.recipient_id = NEW.id"
    yield _trigger(
        "recipients_changed",
        "AFTER UPDATE OF account_id, phone, country, consent ON recipients",
        [
            _one(row, list_id, by, source)
            for row, by in (("OLD", -1), ("NEW", 1))
            for list_id, source in (("0", ""), ("l.list_id", on_lists))
        ],
        f"({differs})",
    )
    yield _trigger(
        "recipients_removed",
        "BEFORE DELETE ON recipients",
        # Now, while it can still be seen how they were counted.
        ["DELETE FROM list_recipients WHERE recipient_id = OLD.id", _one("OLD", "0", -1)],
        _not_deleting("OLD"),
    )


def _list_recipients_on_sqlite() -> Iterator[str]:
    for name, act, row, by in (("added", "INSERT", "NEW", 1), ("removed", "DELETE", "OLD", -1)):
        # A list that is deleted has taken its counts along.
        when = f"EXISTS (SELECT 1 FROM lists WHERE id = {row}.list_id) AND {_not_deleting(row)}"
        yield _trigger(
            f"list_recipients_{name}",
            f"AFTER {act} ON list_recipients",
            [_one("r", f"{row}.list_id", by, f"recipients r WHERE r.id = {row}.recipient_id")],
            when if by < 0 else "",
        )


def _suppressions_on_sqlite() -> Iterator[str]:
    differs = _differs(LISTED_BY, "IS NOT").format("OLD", "NEW")
    came, left = ("NEW", 1), ("OLD", -1)
    for name, act, rows, when in (
        ("added", "INSERT", (came,), ""),
        ("changed", "UPDATE OF account_id, phone, source", (left, came), f"({differs})"),
        ("removed", "DELETE", (left,), _not_deleting("OLD")),
    ):
        moves = [
            _move(row, list_id, by, joined)
            for row, by in rows
            for list_id, joined in (
                ("0", ""),
                ("l.list_id", "CROSS JOIN list_recipients l ON l.recipient_id = r.id"),
            )
        ]
        yield _trigger(f"suppressions_{name}", f"AFTER {act} ON suppressions", moves, when)


def _lists_on_sqlite() -> Iterator[str]:
    yield _trigger(
        "lists_removed",
        "BEFORE DELETE ON lists",
        ["DELETE FROM recipient_counts WHERE account_id = OLD.account_id AND list_id = OLD.id"],
    )


def _trigger(name: str, when: str, body: list[str], condition: str = "") -> str:
    only = f" WHEN {condition}" if condition else ""
    return f"CREATE TRIGGER count_{name} {when} FOR EACH ROW{only} BEGIN {'; '.join(body)}; END"


def _not_deleting(row: str) -> str:
    return f"EXISTS (SELECT 1 FROM accounts WHERE id = {row}.account_id AND status <> 'deleting')"


def _one(row: str, list_id: str, by: int, source: str = "") -> str:
    """Count a recipient in or out; `source` is where the row comes from, if not from the change."""
    return (
        f"INSERT INTO recipient_counts ({KEY}, people) SELECT {row}.account_id, {list_id}, "
        f"{row}.country, {row}.consent, {_of_number(row)}, 0, {by} "
        f"{f'FROM {source}' if source else 'WHERE 1'} {ADD}"
    )


def _move(row: str, list_id: str, by: int, joined: str) -> str:
    """Count the recipient of a suppression as another one: out of FREE, or back."""
    return (
        f"INSERT INTO recipient_counts ({KEY}, people) SELECT r.account_id, {list_id}, "
        f"r.country, r.consent, d.standing, 0, d.people FROM recipients r {joined} "
        f"CROSS JOIN (SELECT '' AS standing, {-by} AS people "
        f"UNION ALL SELECT {_standing(f'{row}.source')}, {by}) d "
        f"WHERE r.account_id = {row}.account_id AND r.phone = {row}.phone {ADD}"
    )


# PostgreSQL: for each statement, whose rows are the tables `came` and `gone`.

_LISTS = (
    "CROSS JOIN LATERAL (SELECT 0::bigint AS list_id UNION ALL "
    "SELECT l.list_id FROM list_recipients l WHERE l.recipient_id = r.id) AS lists"
)
_COUNTED = f"r.country, r.consent, {_of_number('r')}"


def _recipients_on_postgresql() -> Iterator[str]:
    yield from _function(
        "recipients_added",
        "INSERT",
        _locked("came", "_shared"),
        _post(f"SELECT r.account_id, 0, {_COUNTED}, 1 FROM came r"),
    )
    changed = _changed(COUNTED_BY)
    rows = " UNION ALL ".join(
        f"SELECT {row}.id, {row}.account_id, {row}.phone, {row}.country, {row}.consent, "
        f"{by} AS people FROM {changed}"
        for row, by in (("gone", -1), ("came", 1))
    )
    yield from _function(
        "recipients_changed",
        "UPDATE",
        f"IF NOT EXISTS (SELECT FROM {changed}) THEN RETURN NULL; END IF",
        _locked("came", "_shared"),
        f"PERFORM FROM (SELECT came.id FROM {changed} ORDER BY 1) AS r CROSS JOIN LATERAL "
        "(SELECT FROM recipients WHERE id = r.id FOR UPDATE) AS kept",
        _post(
            f"SELECT r.account_id, lists.list_id, {_COUNTED}, r.people FROM ({rows}) AS r {_LISTS}"
        ),
    )
    yield from _function(
        "recipients_removed",
        "DELETE",
        _locked("gone", "_shared"),
        _post(f"SELECT r.account_id, 0, {_COUNTED}, -1 FROM gone r"),
    )
    # Before each row, while it can still be seen how it was counted on its lists.
    yield (
        "CREATE OR REPLACE FUNCTION count_recipients_leaving() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN IF EXISTS (SELECT FROM list_recipients WHERE recipient_id = OLD.id) THEN "
        "DELETE FROM list_recipients WHERE recipient_id = OLD.id; END IF; RETURN OLD; END $$"
    )
    yield (
        "CREATE TRIGGER count_recipients_leaving BEFORE DELETE ON recipients FOR EACH ROW "
        "EXECUTE FUNCTION count_recipients_leaving()"
    )


# An insert does the same for its foreign key.
KEPT = (
    "PERFORM FROM (SELECT recipient_id FROM gone ORDER BY recipient_id) AS l CROSS JOIN LATERAL "
    "(SELECT FROM recipients WHERE id = l.recipient_id FOR KEY SHARE) AS kept"
)


def _list_recipients_on_postgresql() -> Iterator[str]:
    for name, act, rows, by in (("added", "INSERT", "came", 1), ("removed", "DELETE", "gone", -1)):
        yield from _function(
            f"list_recipients_{name}",
            act,
            _locked(rows, "_shared"),
            *((KEPT,) if by < 0 else ()),
            _post(
                f"SELECT r.account_id, {rows}.list_id, {_COUNTED}, {by} FROM {rows} "
                + _looked_up("r", "recipients", f"id = {rows}.recipient_id")
            ),
        )


def _suppressions_on_postgresql() -> Iterator[str]:
    changed = _changed(LISTED_BY)
    same = "account_id = s.account_id AND phone = s.phone"
    for name, act, moves in (
        ("added", "INSERT", (("came", "came", 1),)),
        ("changed", "UPDATE", (("gone", changed, -1), ("came", changed, 1))),
        ("removed", "DELETE", (("gone", "gone", -1),)),
    ):
        rows = moves[-1][1]
        deltas = " UNION ALL ".join(
            f"SELECT {row}.account_id, {row}.phone, {_standing(f'{row}.source')} AS standing, "
            f"{by} AS people FROM {source}"
            for row, source, by in moves
        )
        yield from _function(
            f"suppressions_{name}",
            act,
            f"IF NOT EXISTS (SELECT FROM {rows}) THEN RETURN NULL; END IF",
            _locked(moves[-1][0], ""),
            _post(
                f"SELECT r.account_id, lists.list_id, r.country, r.consent, d.standing, d.people "
                f"FROM ({deltas}) AS s {_looked_up('r', 'recipients', same)} {_LISTS} "
                "CROSS JOIN LATERAL (VALUES (s.standing, s.people), ('', -s.people)) "
                "AS d (standing, people)"
            ),
        )


def _lists_on_postgresql() -> Iterator[str]:
    yield (
        "CREATE OR REPLACE FUNCTION count_lists_removed() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN DELETE FROM recipient_counts WHERE account_id = OLD.account_id "
        "AND list_id = OLD.id; RETURN OLD; END $$"
    )
    yield (
        "CREATE TRIGGER count_lists_removed BEFORE DELETE ON lists FOR EACH ROW "
        "EXECUTE FUNCTION count_lists_removed()"
    )


def _changed(columns: str) -> str:
    differs = _differs(columns, "IS DISTINCT FROM").format("gone", "came")
    return f"gone JOIN came ON came.id = gone.id WHERE ({differs})"


def _function(name: str, act: str, *body: str) -> Iterator[str]:
    """A function, and the trigger that calls it once after a statement that has changed rows."""
    tables = {"INSERT": ("came",), "DELETE": ("gone",), "UPDATE": ("came", "gone")}[act]
    first = f"IF NOT EXISTS (SELECT FROM {tables[0]}) THEN RETURN NULL; END IF"
    # The rows before and after an update are joined by a hash: a plan that was made for one row
    # would compare each of thousands with each.
    joins = " SET enable_nestloop = off" if act == "UPDATE" else ""
    yield (
        f"CREATE OR REPLACE FUNCTION count_{name}() RETURNS trigger LANGUAGE plpgsql "
        f"SET enable_seqscan = off{joins} "
        f"AS $$ BEGIN {'; '.join((first, *body))}; RETURN NULL; END $$"
    )
    seen = {"came": "NEW TABLE AS came", "gone": "OLD TABLE AS gone"}
    yield (
        f"CREATE TRIGGER count_{name} AFTER {act} ON {_table(name)} "
        f"REFERENCING {' '.join(seen[table] for table in tables)} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION count_{name}()"
    )


def _table(name: str) -> str:
    return name.rpartition("_")[0]


def _locked(rows: str, shared: str) -> str:
    """Take the opt-out lock of each account of these rows, unless it is being deleted."""
    accounts = f"(SELECT DISTINCT account_id FROM {rows} ORDER BY 1) AS d"
    return (
        f"PERFORM pg_advisory_xact_lock{shared}({LOCKS} + account_id) FROM {accounts} "
        f"WHERE {_STAYS}"
    )


def _looked_up(name: str, table: str, condition: str) -> str:
    """A join that looks up the row of each row, whatever the planner believes.

    Plans are kept as long as the connection: one that was made while the table was small would
    read all of it for each statement.
    """
    return f"CROSS JOIN LATERAL (SELECT * FROM {table} WHERE {condition} OFFSET 0) AS {name}"


_STAYS = "(SELECT status FROM accounts WHERE id = d.account_id) <> 'deleting'"


def _post(deltas: str) -> str:
    """Add the sums of these changes to the part of this transaction.

    A list that is deleted has taken its counts along, an account will.
    """
    key = COUNTED
    return (
        f"INSERT INTO recipient_counts ({KEY}, people) SELECT {key}, txid_current(), people "
        f"FROM (SELECT {key}, sum(people) AS people FROM ({deltas}) AS e ({key}, people) "
        f"GROUP BY {key} HAVING sum(people) <> 0) AS d WHERE {_STAYS} "
        f"AND (list_id = 0 OR (SELECT id FROM lists WHERE id = d.list_id) IS NOT NULL) {ADD}"
    )


ON_SQLITE = {
    "recipients": _recipients_on_sqlite,
    "list_recipients": _list_recipients_on_sqlite,
    "suppressions": _suppressions_on_sqlite,
    "lists": _lists_on_sqlite,
}
ON_POSTGRESQL = {
    "recipients": _recipients_on_postgresql,
    "list_recipients": _list_recipients_on_postgresql,
    "suppressions": _suppressions_on_postgresql,
    "lists": _lists_on_postgresql,
}
