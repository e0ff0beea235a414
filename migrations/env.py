"""Runs migrations on the database of the current application."""

from importlib import import_module

from alembic import context

from lms.db import Base, UtcDateTime, db

# All bundled slices share these migrations, whether switched on or not.
SLICES = (
    "people",
    "courses",
    "enrolment",
    "attendance",
    "completion",
    "certificates",
    "mentors",
    "hub",
    "events",
    "reports",
)
for name in SLICES:
    import_module(f"lms.{name}.models")


def render_item(kind, item, _autogen_context):
    """Write our own column type as what it is in the database."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


with db.engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        compare_type=True,
        render_as_batch=connection.dialect.name == "sqlite",
        render_item=render_item,
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
