"""The ledger of consents: for a guardian, a learner of age and the coordinator; papers and texts."""

from flask import Response as FlaskResponse
from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import select

from lms import access, storage
from lms.clock import now, today
from lms.contracts import LMSError, RoleName
from lms.db import db
from lms.enrolment.sentences import PURPOSE_LABELS, say_refusal
from lms.families.consents import withdraw
from lms.families.forms import PaperForm
from lms.families.guardians import ties_of
from lms.families.ledger import Paper, ledger, note_paper
from lms.families.models import ConsentScan
from lms.families.sentences import WAY_LABELS
from lms.families.views import bp, my_child
from lms.families.wording import find_wording
from lms.i18n import current_code
from lms.people.models import Consent, ContactRule, Person, Relation
from lms.people.rules import Purpose, is_minor


@bp.get("/family/<int:child_id>/consents")
@access.roles(RoleName.GUARDIAN)
def child_ledger(child_id: int) -> ResponseReturnValue:
    """Show a legal guardian every consent about their child."""
    return _ledger(my_child(child_id), back="families.family")


@bp.get("/learning/consents")
@access.roles(RoleName.LEARNER)
def own_ledger() -> ResponseReturnValue:
    """Show a learner every consent about themselves."""
    return _ledger(db.session.get_one(Person, current_user.person_id), back="families.learning")


def _ledger(person: Person, *, back: str) -> str:
    firsts = {tie.guardian_id for tie in ties_of(person.id, on=today())}
    # The other guardian stays unnamed: who else is with the child is the first one's to know.
    known = {person.id, current_user.person_id} | (firsts if _sees_others(person) else set())
    return render_template(
        "families/ledger.html",
        person=person,
        rows=ledger(person, on=today()),
        known=known,
        back=back,
        purposes=PURPOSE_LABELS,
        ways=WAY_LABELS,
        is_quiet=current_user.contact_rule is not ContactRule.USUAL,
        printed_on=today(),
    )


def _sees_others(person: Person) -> bool:
    ties = [tie for tie in ties_of(person.id, on=today()) if tie.sees_place]
    return any(tie.guardian_id == current_user.person_id for tie in ties[:1])


@bp.get("/consents/<version>")
@access.public
def consent_texts(version: str) -> ResponseReturnValue:
    """Show the texts of one version: what exactly was agreed to."""
    wording = find_wording(version)
    if wording is None:
        abort(404)
    texts = [
        (
            PURPOSE_LABELS[purpose],
            str(purpose),
            wording.text(purpose, is_child=True, locale=current_code()),
            wording.text(purpose, is_child=False, locale=current_code()),
        )
        for purpose in Purpose
    ]
    return render_template("families/texts.html", wording=wording, texts=texts)


@bp.get("/people/<int:person_id>/consents")
@access.roles(RoleName.COORDINATOR)
def person_ledger(person_id: int) -> ResponseReturnValue:
    """Show the coordinator every consent about somebody, and a form for a paper."""
    person = _person(person_id)
    return _desk(person, _paper_form(person, is_sent=False))


def _paper_form(person: Person, *, is_sent: bool) -> PaperForm:
    options = {} if is_sent else {"formdata": None, "signed_on": today()}
    form = PaperForm(on=today(), **options)
    givers = [person]
    if is_minor(person.birth_date, today()):
        ties = ties_of(person.id, on=today())
        givers = [tie.guardian for tie in ties if tie.relation is not Relation.ACCOMPANYING]
    form.giver.choices = [(str(one.id), one.full_name) for one in givers]
    return form


def _desk(person: Person, form: PaperForm, notice: str = "") -> str:
    return render_template(
        "families/person_ledger.html",
        person=person,
        rows=ledger(person, on=today()),
        form=form,
        notice=notice,
        purposes=PURPOSE_LABELS,
        ways=WAY_LABELS,
        is_child=is_minor(person.birth_date, today()),
        printed_on=today(),
    )


@bp.post("/people/<int:person_id>/consents")
@access.roles(RoleName.COORDINATOR)
def note_consent(person_id: int) -> ResponseReturnValue:
    """Note a consent that was signed on paper, with its scan."""
    person = _person(person_id)
    form = _paper_form(person, is_sent=True)
    if not form.validate():
        return _desk(person, form), 422
    paper = Paper(form.read_purposes(), form.signed_on.data, form.scan.read())
    giver = db.session.get_one(Person, int(form.giver.data))
    try:
        note_paper(person, paper, giver=giver, by_id=current_user.person_id, now=now(), on=today())
    except LMSError as refusal:
        db.session.rollback()
        return _desk(_person(person_id), form, say_refusal(refusal)), 422
    db.session.commit()
    flash(_("The consent is noted."), "success")
    return redirect(url_for("families.person_ledger", person_id=person_id), code=303)


@bp.post("/people/<int:person_id>/consents/<purpose>/withdraw")
@access.roles(RoleName.COORDINATOR)
def note_withdrawal(person_id: int, purpose: str) -> ResponseReturnValue:
    """Withdraw a consent for a family that asked for it, with effect at once."""
    person = _person(person_id)
    if purpose not in set(Purpose):
        abort(404)
    withdraw(person, Purpose(purpose), now=now(), on=today(), by_id=current_user.person_id)
    db.session.commit()
    flash(_("The consent is withdrawn. It holds from this minute."), "success")
    return redirect(url_for("families.person_ledger", person_id=person_id), code=303)


@bp.get("/people/<int:person_id>/consents/<int:consent_id>/scan")
@access.roles(RoleName.COORDINATOR)
def scan(person_id: int, consent_id: int) -> ResponseReturnValue:
    """Give out the scan of a paper to the coordinator only."""
    found = db.session.scalar(
        select(ConsentScan)
        .join(Consent, Consent.id == ConsentScan.consent_id)
        .where(Consent.id == consent_id, Consent.person_id == person_id)
    )
    if found is None:
        abort(404)
    answer = FlaskResponse(storage.get(found.sha256), mimetype=found.media_type)
    suffix = found.media_type.rpartition("/")[2]
    answer.headers["Content-Disposition"] = f'attachment; filename="consent-{consent_id}.{suffix}"'
    return answer


def _person(person_id: int) -> Person:
    person = db.session.get(Person, person_id)
    if person is None or person.erased_at is not None:
        abort(404)
    return person
