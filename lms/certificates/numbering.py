"""Serials of a module: taken in a row, under a lock, never given twice and never given back."""

from typing import Any

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from lms.certificates.models import NumberSeries
from lms.db import db, is_postgresql


def hold_series(module_id: int) -> None:
    """Hold a module's series until the end of the transaction: whoever else issues waits.

    What was issued before is read only after this, so that two at once cannot both find nothing.
    """
    insert: Any = postgresql_insert if is_postgresql() else sqlite_insert
    db.session.execute(
        insert(NumberSeries)
        .values(module_id=module_id, last_serial=0)
        .on_conflict_do_update(
            index_elements=["module_id"], set_={"last_serial": NumberSeries.last_serial}
        )
    )


def take_serials(module_id: int, count: int) -> range:
    """Take the next serials of a held series; a transaction undone gives them back whole."""
    last = db.session.execute(
        update(NumberSeries)
        .where(NumberSeries.module_id == module_id)
        .values(last_serial=NumberSeries.last_serial + count)
        .returning(NumberSeries.last_serial)
        .execution_options(synchronize_session=False)
    ).scalar_one()
    return range(last - count + 1, last + 1)
