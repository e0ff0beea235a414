"""What the certificates slice gives to the suite."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, current_app, has_request_context, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_login import current_user
from sqlalchemy import func, select

from lms.certificates import letters, public
from lms.certificates.access import STAFF, downloadable_by
from lms.certificates.erasing import ERASERS
from lms.certificates.jobs import JOBS
from lms.certificates.known import known_of
from lms.certificates.merging import MERGERS
from lms.certificates.models import Certificate
from lms.certificates.overview import Papers, awards_of, cohorts_to_issue, count_issued, issued_rows
from lms.certificates.sentences import SENTENCES
from lms.clock import today
from lms.completion.models import Completion
from lms.contracts import (
    AwardKind,
    Card,
    Eraser,
    Indicator,
    IndicatorRow,
    JobKind,
    KnownPart,
    LetterKind,
    MenuItem,
    Merger,
    Panel,
    RoleName,
    Sentence,
    Setting,
)
from lms.db import db
from lms.hookspecs import hook
from lms.people.models import Person
from lms.plugins import suite
from lms.settings import positive

CARDS = 4


@hook
def register_blueprints() -> list[Blueprint]:
    """Give the pages of staff and those on which strangers check a paper."""
    return [public.bp]


@hook
def known_about(person: Person) -> list[KnownPart]:
    """Tell the papers of a person."""
    return known_of(person)


@hook
def register_erasers() -> list[Eraser]:
    """Take the holder off the papers and the papers off the disk."""
    return ERASERS


@hook
def register_settings() -> list[Setting]:
    """Give who signs, and how often a stranger may try a surname."""
    return [
        Setting("LMS_SIGNATORY", "Директор бібліотеки", "Position of whoever signs certificates."),
        Setting("LMS_SIGNATORY_EN", "Director of the library", "The same position in English."),
        Setting("LMS_NAME_CHECKS", "5", "Typed surnames for one certificate in an hour.", positive),
    ]


@hook
def register_sentences() -> Mapping[str, Sentence]:
    """Give the sentences of issuing, revoking and printing."""
    return SENTENCES


@hook
def register_jobs() -> list[JobKind]:
    """Give the issuing of a group's certificates."""
    return JOBS


@hook
def register_letter_kinds() -> tuple[LetterKind, ...]:
    """Give the letter about a certificate that is ready."""
    return letters.KINDS


@hook
def register_award_kinds() -> list[AwardKind]:
    """Give what learners are given; mentors' credentials belong to the mentors slice."""
    return [
        AwardKind(
            "code_club",
            _l("Certificate of a Code Club course"),
            "code_club",
            frozenset({"code_club"}),
        ),
        AwardKind(
            "it_school", _l("Certificate of the IT school"), "it_school", frozenset({"it_school"})
        ),
        AwardKind(
            "participation",
            _l("Certificate of participation"),
            "participation",
            frozenset({"language_club"}),
        ),
        AwardKind("training", _l("Certificate of a training"), "training", frozenset({"training"})),
    ]


@hook
def register_indicators() -> list[Indicator]:
    """Give the line of the report that counts learners' certificates."""
    return [
        Indicator(
            key="certificates_issued",
            label=_l("Certificates issued to learners"),
            unit=_l("certificates"),
            rule=_l(
                "Issued in the year, valid on its last day; corrected and revoked ones do not add."
            ),
            count=lambda year: count_issued(Papers.CERTIFICATES, year, zone=_zone()),
            rows=_certificate_rows,
            weight=230,
        )
    ]


def _zone() -> str:
    return str(current_app.config["LMS_ZONE"])


def _certificate_rows(year: int) -> list[IndicatorRow]:
    return [
        IndicatorRow(day, number, 1, _page_of(certificate_id))
        for certificate_id, day, number in issued_rows(Papers.CERTIFICATES, year, zone=_zone())
    ]


def _page_of(certificate_id: int) -> str | None:
    # A report on the command line has rows but no pages.
    if not has_request_context():
        return None
    return url_for("certificates.show", certificate_id=certificate_id)


@hook
def register_mergers() -> list[Merger]:
    """Tell what becomes of certificates when two records become one."""
    return MERGERS


@hook
def menu_items(person: Any) -> list[MenuItem]:
    """Give staff the list of certificates."""
    if not person.is_authenticated or not person.has(*STAFF):
        return []
    return [MenuItem(_l("Certificates"), "certificates.overview", weight=50)]


@hook
def home_cards(person: Any) -> list[Card]:
    """Give the coordinator the groups that are ready for their certificates."""
    if not person.is_authenticated or not person.has(RoleName.COORDINATOR):
        return []
    kinds = [key for key, kind in suite().kinds.items() if kind.awards]
    return [
        Card(
            title=name,
            text=ngettext(
                "Ready for its certificates: %(num)d person.",
                "Ready for its certificates: %(num)d people.",
                people,
            ),
            endpoint="certificates.cohort",
            values={"cohort_id": cohort_id},
            tone="good",
            weight=35,
        )
        for cohort_id, name, people in cohorts_to_issue(kinds)[:CARDS]
    ]


@hook
def enrolment_panels(enrolment: Any) -> list[Panel]:
    """Give the certificates of a place in a group to whoever may download them."""
    if not current_user.is_authenticated:
        return []
    certificates = db.session.scalars(
        downloadable_by(current_user, on=today())
        .join(Completion, Completion.id == Certificate.completion_id)
        .where(Completion.enrolment_id == enrolment.id, Certificate.revoked_at.is_(None))
        .order_by(Certificate.id)
    ).all()
    if not certificates:
        return []
    links = [
        link
        for certificate in certificates
        for link in (
            (
                _("%(number)s in Ukrainian (PDF)", number=certificate.number),
                url_for("certificates.pdf", certificate_id=certificate.id, locale="uk"),
            ),
            (
                _("%(number)s in English (PDF)", number=certificate.number),
                url_for("certificates.pdf", certificate_id=certificate.id, locale="en"),
            ),
        )
    ]
    return [Panel(title=_("Certificate"), links=tuple(links), weight=30)]


@hook
def cohort_panels(cohort: Any, person: Any) -> list[Panel]:
    """Give the coordinator the way to a group's certificates."""
    if not person.is_authenticated or not person.has(RoleName.COORDINATOR):
        return []
    if not awards_of(cohort.course.programme):
        return []
    issued = db.session.scalar(
        select(func.count(Certificate.id)).where(
            Certificate.cohort_id == cohort.id,
            Certificate.revision == 1,
            Certificate.revoked_at.is_(None),
        )
    )
    line = (
        ngettext("%(num)d certificate issued.", "%(num)d certificates issued.", issued)
        if issued
        else _("No certificate is issued yet.")
    )
    link = (_("Certificates of the group"), url_for("certificates.cohort", cohort_id=cohort.id))
    return [Panel(title=_("Certificates"), lines=(line,), links=(link,), weight=50)]
