"""Letters of families: who was confirmed, and which consent runs out. No name and no programme."""

from collections.abc import Iterable
from datetime import date, datetime

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from lms.contracts import LetterKind
from lms.families.guardians import ties_of
from lms.families.models import GuardianInvitation
from lms.letters.rules import Draft, Link, Text
from lms.letters.services import write
from lms.letters.words import hello
from lms.people.models import Consent, Person, Relation
from lms.people.rules import is_minor

CONFIRMED = "guardian_confirmed"
ANSWERED = "guardian_answered"
RUNS_OUT = "consent_runs_out"


def tell_confirmed(invitation: GuardianInvitation, guardian: Person, *, now: datetime) -> None:
    """Tell whoever was invited that the pages are open, and whoever invited that it was answered."""
    write(
        [guardian],
        Draft(CONFIRMED, f"guardian-{invitation.id}", _welcome),
        now=now,
    )
    tell_answered(invitation, now=now)


def tell_answered(invitation: GuardianInvitation, *, now: datetime) -> None:
    """Tell whoever invited that the coordinator answered; what, stands on the page."""
    write(
        [invitation.invited_by],
        Draft(ANSWERED, f"invitation-{invitation.id}", _answered),
        now=now,
    )


def _welcome() -> Text:
    return Text(
        _("Your page in the library is open"),
        (
            hello(),
            _("The library’s coordinator has confirmed you. Your page shows times and consents:"),
            Link(_("Open my page"), signs_in=True),
        ),
    )


def _answered() -> Text:
    return Text(
        _("Your invitation has an answer"),
        (
            hello(),
            _("The library’s coordinator has answered your invitation. The answer stands here:"),
            Link(_("Open my page"), signs_in=True),
        ),
    )


def ask_again(
    consents: Iterable[Consent], people: dict[int, Person], *, now: datetime, on: date
) -> int:
    """Ask once for each consent that runs out: legal guardians, or the learner alone."""
    written = 0
    for consent in consents:
        person = people[consent.person_id]
        adults = [person]
        if is_minor(person.birth_date, on):
            ties = ties_of(person.id, on=on)
            adults = [tie.guardian for tie in ties if tie.relation is not Relation.ACCOMPANYING]
        draft = Draft(RUNS_OUT, f"consent-{consent.id}", _runs_out)
        written += len(write(adults, draft, now=now))
    return written


def _runs_out() -> Text:
    return Text(
        _("A consent runs out soon"),
        (
            hello(),
            _("A consent that you gave the library runs out within a month."),
            _("If you still agree, prolong it on your page in one tap. If not, do nothing."),
            Link(_("Open my page"), signs_in=True),
        ),
    )


KINDS = (
    LetterKind(
        CONFIRMED,
        _l("A second guardian is confirmed"),
        _welcome,
        when=_l("At once when the coordinator confirms whom a guardian invited."),
    ),
    LetterKind(
        ANSWERED,
        _l("Answer to an invitation"),
        _answered,
        when=_l("At once when the coordinator answers: to whoever invited."),
    ),
    LetterKind(
        RUNS_OUT,
        _l("A consent runs out"),
        _runs_out,
        when=_l("A month before a consent ends, once."),
    ),
)
