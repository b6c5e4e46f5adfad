"""Whose data a table holds: every table says it, and erasure reaches all of them."""

from promosms.models import Model, Privacy
from promosms.services.privacy.account_scope import PATHS, belonging, tables


def test_every_model_says_whose_data_it_holds() -> None:
    for mapper in Model.registry.mappers:
        assert isinstance(vars(mapper.class_).get("privacy"), Privacy), mapper.class_.__name__


def test_every_table_with_personal_data_is_reached() -> None:
    reached = {table.name for table in tables()} | {"accounts"}
    for mapper in Model.registry.mappers:
        name = mapper.class_.__tablename__
        personal = mapper.class_.privacy in (Privacy.COLLECTED, Privacy.ACCOUNT)
        assert (name in reached) == personal, name
        if personal and name != "accounts":
            column = mapper.local_table.columns.get("account_id")
            assert column is not None or name in PATHS, name
            # Without an account a row of these would belong to nobody, but admins have none.
            assert name in (*PATHS, "users") or not column.nullable, name
            assert belonging(mapper.local_table, 1) is not None
    assert set(PATHS) <= reached


def test_no_table_that_refers_to_another_comes_after_it() -> None:
    order = [table.name for table in tables()]
    for table in tables():
        for key in table.foreign_keys:
            target = key.column.table.name
            if target in order and target != table.name and key.ondelete is None:
                assert order.index(table.name) < order.index(target), (table.name, target)
