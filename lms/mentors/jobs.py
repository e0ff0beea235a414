"""Giving credentials to all mentors of a module, one by one, with progress."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

from lms.clock import now
from lms.contracts import JobKind
from lms.courses.models import Module
from lms.db import db
from lms.mentors.credentials import issue_credential
from lms.people.models import Person

CREDENTIALS = "mentor_credentials"


def issue_one(args: Mapping[str, Any], key: str) -> None:
    """Issue one mentor's credential in the transaction of the item's tick."""
    issue_credential(
        db.session.get_one(Person, int(key)),
        db.session.get_one(Module, args["module_id"]),
        by_id=args["by_id"],
        now=now(),
    )


JOBS = (JobKind(key=CREDENTIALS, label=_l("Credentials of mentors"), run_item=issue_one),)
