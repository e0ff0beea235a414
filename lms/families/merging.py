"""Invitations and requests of two records that become one: nobody gets in by an old link."""

from lms.contracts import Merger

MERGERS = [
    # A link on its way was made for the family of one record, and is made anew for the other.
    Merger("guardian_invitation.child_id", is_ended=True, weight=40),
    Merger("guardian_invitation.invited_by_id", is_ended=True, weight=40),
    Merger("guardian_invitation.answered_by_id", is_ended=True, weight=40),
    Merger("removal_request.asked_by_id", weight=41),
    Merger("data_request.person_id", weight=42),
    Merger("data_request.asked_by_id", weight=42),
]
