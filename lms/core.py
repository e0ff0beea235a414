"""Endpoints that belong to no slice: language, health, progress of a job."""

from typing import Any

from flask import Blueprint, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy import select, text, update

from lms import access, jobs
from lms.contracts import RoleName
from lms.db import Base, db
from lms.i18n import CODES, COOKIE

USUAL = "usual"
bp = Blueprint("core", __name__, cli_group=None)


@bp.post("/language")
@access.public
def choose_language() -> ResponseReturnValue:
    """Remember the language that somebody chose: for a person in the row, for a stranger in a cookie."""
    locale = request.form.get("locale", "")
    if locale not in CODES:
        abort(422)
    if current_user.is_authenticated:
        person = Base.metadata.tables["person"]
        db.session.execute(
            update(person).where(person.c.id == current_user.person_id).values(locale=locale)
        )
        db.session.commit()
    return _speak(locale, request.form.get("back", ""))


@bp.get("/language/<locale>")
@access.public
def language(locale: str) -> ResponseReturnValue:
    """Let a stranger choose by a plain link: no form, so no cookie but that of the language.

    It changes nothing else, for nobody else; whoever is signed in chooses by the form.
    """
    if locale not in CODES:
        abort(404)
    return _speak(locale, request.args.get("back", ""))


def _speak(locale: str, back: str) -> ResponseReturnValue:
    response = redirect(local_address(back), code=303)
    # Whoever must not be reached leaves no trace: the cookie ends with the tab.
    is_kept = getattr(current_user, "contact_rule", USUAL) == USUAL
    response.set_cookie(
        COOKIE,
        locale,
        max_age=365 * 24 * 3600 if is_kept else None,
        samesite="Lax",
        httponly=True,
        secure=request.is_secure,
    )
    return response


def local_address(back: str) -> str:
    """Answer an address of this site to go back to; anything else becomes the front page."""
    is_local = back.startswith("/") and not back.startswith("//") and "\\" not in back
    is_clean = is_local and back.isprintable() and len(back) <= 500
    return back if is_clean else url_for("home.front")


@bp.get("/health")
@access.public
def health() -> ResponseReturnValue:
    """Tell a supervisor that the database answers."""
    db.session.execute(text("SELECT 1"))
    return {"status": "ok"}


@bp.get("/jobs/<int:job_id>/progress")
@access.roles(RoleName.COORDINATOR, RoleName.DIRECTOR)
def job_progress(job_id: int) -> ResponseReturnValue:
    """Tell a script how far a job is; only whoever asked for the job is told."""
    job = db.session.scalar(
        select(jobs.Job).where(
            jobs.Job.id == job_id, jobs.Job.asked_by_id == current_user.person_id
        )
    )
    if job is None:
        abort(404)
    answer: dict[str, Any] = jobs.progress(job)
    return answer
