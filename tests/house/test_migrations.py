"""Migrations make what the models say, on both databases, and can be taken back."""

from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect

from lms.cli import alembic_config, upgrade_database
from lms.db import Base, db


@pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)
def test_migrations_equal_models(make_app: Any) -> None:
    app = make_app()
    with app.app_context(), db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


@pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)
def test_every_migration_can_be_taken_back(make_app: Any) -> None:
    app = make_app()
    with app.app_context():
        command.downgrade(alembic_config(), "base")
        left = set(inspect(db.engine).get_table_names()) - {"alembic_version"}
        assert left == set()
        upgrade_database()
        assert "person" in inspect(db.engine).get_table_names()
