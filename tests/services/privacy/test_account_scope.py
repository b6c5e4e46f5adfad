"""Erasure reaches every table with personal data, in an order in which they can be emptied."""

from promosms.models import Model, Privacy
from promosms.services.privacy.account_scope import rows_of, tables, ways


def test_every_table_with_personal_data_is_reached() -> None:
    reached = {table.name for table in tables()} | {"accounts"}
    for mapper in Model.registry.mappers:
        name = mapper.class_.__tablename__
        personal = mapper.class_.privacy in (Privacy.COLLECTED, Privacy.ACCOUNT)
        assert (name in reached) == personal, name
        if personal and name != "accounts":
            assert rows_of(mapper.local_table, 1) is not None


def test_rows_are_removed_before_the_rows_that_lead_to_them() -> None:
    order = [table.name for table in tables()]
    parents = {table.name: {way.name for way in ways(table)} for table in tables()}
    assert parents["gateway_inbox"] == {"message_parts", "messages", "campaigns"}
    assert parents["sessions"] == {"users"}
    for name, parent_names in parents.items():
        for parent in parent_names:
            assert order.index(name) < order.index(parent), (name, parent)


def test_no_table_that_refers_to_another_comes_after_it() -> None:
    order = [table.name for table in tables()]
    for table in tables():
        for key in table.foreign_keys:
            target = key.column.table.name
            if target in order and target != table.name and key.ondelete is None:
                assert order.index(table.name) < order.index(target), (table.name, target)
