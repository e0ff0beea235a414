"""The clock, read at the edge only: rules and services are told what time it is."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from flask import current_app


def now() -> datetime:
    """Answer this moment in UTC."""
    return datetime.now(UTC)


def today(zone: str | None = None) -> date:
    """Answer today's date on the wall of a zone (the library's by default)."""
    return now().astimezone(ZoneInfo(zone or str(current_app.config["LMS_ZONE"]))).date()
