"""A mentor with two records: one profile, and no second credential for the same module."""

from flask_babel import ngettext

from lms.contracts import Merger
from lms.mentors.credentials import GROUNDS
from lms.people.moving import Moving


def _profile(moving: Moving) -> None:
    moving.follow("mentor_profile.person_id")
    taken = {row["grounds"] for row in moving.rows("certificate.person_id", moving.kept_id)}
    prefix = f"{GROUNDS}:{moving.gone_id}:"
    for row in moving.rows("certificate.person_id", moving.kept_id):
        grounds = row["grounds"].replace(prefix, f"{GROUNDS}:{moving.kept_id}:", 1)
        # Where both had a credential of one module both stay as they were issued.
        if row["grounds"].startswith(prefix) and grounds not in taken:
            moving.set("certificate", row, grounds=grounds)


MERGERS = [
    Merger(
        "mentor_profile.person_id",
        say=lambda n: ngettext("%(num)d mentor’s profile", "%(num)d mentors’ profiles", n),
        move=_profile,
        weight=70,
    )
]
