"""Certificates of two records that become one: each stays valid and says what it said."""

from flask_babel import ngettext

from lms.contracts import Merger

MERGERS = [
    Merger(
        "certificate.person_id",
        say=lambda n: ngettext("%(num)d certificate", "%(num)d certificates", n),
        is_seen=True,
        weight=58,
    )
]
