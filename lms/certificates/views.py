"""Pages of certificates for staff, and the documents for whoever they belong to."""

from flask import Blueprint, abort, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response

from lms import access
from lms.certificates.access import STAFF, downloadable_by
from lms.certificates.downloads import archive_of, fetch_document
from lms.certificates.forms import IssueForm, RevokeForm, SearchForm
from lms.certificates.jobs import ISSUE, issue_for_cohort, running_job
from lms.certificates.models import Certificate
from lms.certificates.overview import (
    Sought,
    awards_of,
    cohorts_to_issue,
    list_certificates,
    preview,
    years_and_modules,
)
from lms.certificates.rules import can_restore, file_name, state_of
from lms.certificates.sentences import say_revocation
from lms.certificates.services import ReasonNamesHolder, restore, revoke
from lms.clock import now, today
from lms.contracts import RoleName
from lms.courses.models import Cohort, Course
from lms.db import db
from lms.i18n import CODES, say
from lms.jobs import Job, JobState, refusals, wake
from lms.plugins import suite

bp = Blueprint("certificates", __name__)
ON_A_PAGE = 50


@bp.get("/certificates")
@access.roles(*STAFF)
def overview() -> ResponseReturnValue:
    """List what was issued, searched by number or name, and the groups that wait for theirs."""
    years, modules = years_and_modules()
    form = SearchForm(request.args)
    form.year.choices = [(0, _("any year")), *((year, str(year)) for year in years)]
    form.module.choices = [(0, _("any module")), *modules]
    is_good = form.validate()
    sought = Sought(form.text.data or "", form.year.data, form.module.data) if is_good else Sought()
    number = (form.page.data or 1) if is_good else 1
    pages = db.paginate(
        list_certificates(sought).options(joinedload(Certificate.person)),
        page=number,
        per_page=ON_A_PAGE,
        error_out=False,
    )
    kinds = [key for key, kind in suite().kinds.items() if kind.awards]
    page = render_template(
        "certificates/overview.html",
        form=form,
        pages=pages,
        sought={"text": sought.text, "year": sought.year or 0, "module": sought.module_id or 0},
        waiting=cohorts_to_issue(kinds) if current_user.has(RoleName.COORDINATOR) else [],
    )
    return page if is_good else (page, 422)


def _cohort_or_404(cohort_id: int) -> Cohort:
    found = db.session.scalar(
        select(Cohort)
        .options(
            joinedload(Cohort.module, innerjoin=True),
            joinedload(Cohort.course, innerjoin=True).joinedload(Course.programme, innerjoin=True),
        )
        .where(Cohort.id == cohort_id)
    )
    if found is None:
        abort(404)
    return found


@bp.get("/certificates/cohorts/<int:cohort_id>")
@access.roles(RoleName.COORDINATOR)
def cohort(cohort_id: int) -> ResponseReturnValue:
    """Show who of a group will get a certificate, who has one, and who will not and why."""
    return _preview_page(_cohort_or_404(cohort_id), IssueForm())


def _preview_page(found: Cohort, form: IssueForm) -> str:
    awards = awards_of(found.course.programme)
    chosen = request.args.get("award", "")
    award = next((each for each in awards if each.key == chosen), awards[0] if awards else None)
    rows = preview(found.id, award.key) if award else []
    form.award.data = award.key if award else ""
    return render_template(
        "certificates/cohort.html",
        cohort=found,
        form=form,
        awards=awards,
        award=award,
        rows=rows,
        ready=sum(row.is_to_be_issued for row in rows),
        issued=sum(row.certificate is not None and not row.certificate.revoked_at for row in rows),
        job=running_job(found.id),
    )


@bp.post("/certificates/cohorts/<int:cohort_id>/issue")
@access.roles(RoleName.COORDINATOR)
def issue(cohort_id: int) -> ResponseReturnValue:
    """Begin issuing the certificates of a group; the work goes on without this page."""
    found = _cohort_or_404(cohort_id)
    form = IssueForm()
    form.offer([award.key for award in awards_of(found.course.programme)])
    if not form.validate():
        return _preview_page(found, form), 422
    job = issue_for_cohort(found, form.award.data, by_id=current_user.person_id, now=now())
    if job is None:
        db.session.rollback()
        flash(_("Nobody is waiting for a certificate; nothing was issued."), "info")
        return redirect(url_for("certificates.cohort", cohort_id=cohort_id), code=303)
    address = url_for("certificates.issuing", cohort_id=cohort_id, job_id=job.id)
    db.session.commit()
    wake()
    return redirect(address, code=303)


@bp.get("/certificates/cohorts/<int:cohort_id>/issuing/<int:job_id>")
@access.roles(RoleName.COORDINATOR)
def issuing(cohort_id: int, job_id: int) -> ResponseReturnValue:
    """Show how far the issuing is, and at its end what came of it."""
    found = _cohort_or_404(cohort_id)
    job = db.session.scalar(select(Job).where(Job.id == job_id, Job.kind == ISSUE))
    if job is None or job.args["cohort_id"] != found.id:
        abort(404)
    is_running = job.state in {JobState.QUEUED, JobState.RUNNING}
    sentences = suite().sentences
    return render_template(
        "certificates/issuing.html",
        cohort=found,
        job=job,
        is_running=is_running,
        # Only whoever asked for the work is told its progress by the core.
        poll_url=url_for("core.job_progress", job_id=job.id)
        if is_running and job.asked_by_id == current_user.person_id
        else "",
        failures=[
            (
                sentences[code]({})
                if code in sentences
                else _("Something went wrong on our side."),
                count,
            )
            for code, count in (refusals(job.id) if job.failed else {}).items()
        ],
    )


@bp.get("/certificates/cohorts/<int:cohort_id>/archive")
@access.roles(RoleName.COORDINATOR)
def archive(cohort_id: int) -> ResponseReturnValue:
    """Give all certificates of a group as one ZIP, which is kept nowhere."""
    found = _cohort_or_404(cohort_id)
    locale = _locale_or_404()
    certificates = db.session.scalars(
        downloadable_by(current_user, on=today())
        .where(Certificate.cohort_id == found.id, Certificate.revoked_at.is_(None))
        .order_by(Certificate.serial)
    ).all()
    if not certificates:
        abort(404)
    name = f"certificates-{found.module.year}-{found.module.number}-{found.id}.zip"
    packed = archive_of(certificates, locale, now=now())
    return send_file(packed, mimetype="application/zip", as_attachment=True, download_name=name)


def _locale_or_404() -> str:
    locale = request.args.get("locale", "uk")
    if locale not in CODES:
        abort(404)
    return locale


@bp.get("/certificates/<int:certificate_id>")
@access.roles(*STAFF)
def show(certificate_id: int) -> ResponseReturnValue:
    """Show one certificate: what it says, its state, its documents."""
    return _certificate_page(_certificate_or_404(certificate_id), RevokeForm())


def _certificate_or_404(certificate_id: int) -> Certificate:
    found = db.session.scalar(
        select(Certificate)
        .options(joinedload(Certificate.person), joinedload(Certificate.module, innerjoin=True))
        .where(Certificate.id == certificate_id)
    )
    if found is None:
        abort(404)
    return found


def _certificate_page(certificate: Certificate, form: RevokeForm) -> str:
    person = certificate.person
    is_erased = person is None or person.erased_at is not None
    return render_template(
        "certificates/show.html",
        certificate=certificate,
        snapshot=certificate.snapshot,
        form=form,
        is_erased=is_erased,
        state=state_of(is_revoked=certificate.revoked_at is not None, is_erased=is_erased),
        revoked_reason=say_revocation(certificate.revoked_reason),
        can_restore=can_restore(certificate.revoked_at, now=now()),
        may_decide=current_user.has(RoleName.COORDINATOR),
        locales_given=CODES,
    )


@bp.get("/certificates/<int:certificate_id>/pdf")
@access.signed_in
def pdf(certificate_id: int) -> ResponseReturnValue:
    """Give the document of a certificate to staff, its holder or the holder's guardian.

    The name of the file tells nothing: a phone's list of downloads is seen by others.
    """
    locale = _locale_or_404()
    certificate = db.session.scalar(
        downloadable_by(current_user, on=today()).where(Certificate.id == certificate_id)
    )
    if certificate is None:
        abort(404)
    name = file_name(certificate.number, locale)
    content = fetch_document(certificate, locale, now=now())
    response = Response(content, mimetype="application/pdf")
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


@bp.post("/certificates/<int:certificate_id>/revoke")
@access.roles(RoleName.COORDINATOR)
def revoke_one(certificate_id: int) -> ResponseReturnValue:
    """Revoke a certificate with a reason that strangers will read."""
    certificate = _certificate_or_404(certificate_id)
    form = RevokeForm()
    if certificate.revoked_at is None and not form.validate():
        return _certificate_page(certificate, form), 422
    try:
        revoke(certificate, reason=form.answer, by_id=current_user.person_id, now=now())
    except ReasonNamesHolder as refusal:
        form.words.errors = [say(refusal.reason)] if refusal.reason else []
        return _certificate_page(certificate, form), 422
    db.session.commit()
    flash(
        _("%(number)s is revoked. Its public page says so.", number=certificate.number), "success"
    )
    return redirect(url_for("certificates.show", certificate_id=certificate_id), code=303)


@bp.post("/certificates/<int:certificate_id>/restore")
@access.roles(RoleName.COORDINATOR)
def restore_one(certificate_id: int) -> ResponseReturnValue:
    """Take a revocation back within a day of it."""
    certificate = restore(_certificate_or_404(certificate_id), now=now())
    db.session.commit()
    flash(_("%(number)s is valid again.", number=certificate.number), "success")
    return redirect(url_for("certificates.show", certificate_id=certificate_id), code=303)
