"""The migrations lead to the tables that the models describe, and back."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect, text

from promosms.extensions import db


def test_the_migrations_lead_to_the_models_and_back(app: Flask) -> None:
    with app.app_context():
        db.drop_all()
        try:
            upgrade()
            with db.engine.connect() as connection:
                found = compare_metadata(MigrationContext.configure(connection), db.metadata)
            assert found == []
            downgrade(revision="base")
            assert set(inspect(db.engine).get_table_names()) <= {"alembic_version"}
        finally:
            with db.engine.begin() as connection:
                connection.execute(text("DROP TABLE IF EXISTS alembic_version"))
            db.create_all()
            db.session.remove()
