"""Runs migrations on the database of the current application."""

from importlib import import_module
from importlib.util import find_spec

from alembic import context
from sqlalchemy import false, true

from lms.db import Base, UtcDateTime, db

# All bundled slices share these migrations, whether switched on or not.
SLICES = (
    "people",
    "letters",
    "courses",
    "enrolment",
    "families",
    "calendars",
    "attendance",
    "completion",
    "certificates",
    "mentors",
    "hub",
    "events",
    "reports",
    "imports",
)
for name in SLICES:
    if find_spec(f"lms.{name}.models"):
        import_module(f"lms.{name}.models")


def render_item(kind, item, _autogen_context):
    """Write our own column type as what it is in the database, and yes and no for any database."""
    if kind == "server_default" and item is not None:
        for word in (true(), false()):
            if getattr(item, "arg", None) is word:
                return f"sa.{word!s}()"
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
