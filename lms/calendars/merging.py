"""The feed of a record that goes ends: whoever knows its address must not read of another person."""

from lms.contracts import Merger

MERGERS = [Merger("calendar_feed.person_id", is_ended=True, weight=15)]
