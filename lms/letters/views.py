"""The coordinator's log of letters, each as it was sent, and examples of what the program writes."""

from flask import (
    Blueprint,
    abort,
    current_app,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import force_locale, ngettext
from flask_babel import gettext as _

from lms import access
from lms.clock import now
from lms.contracts import LetterKind, RoleName
from lms.db import db
from lms.i18n import CODES, current_code
from lms.jobs import wake
from lms.letters.forms import LogForm
from lms.letters.log import (
    TROUBLED,
    Sought,
    count_failed,
    kinds_written,
    letters_sought,
    send_all_failed,
    send_once_more,
)
from lms.letters.models import Letter, LetterState
from lms.letters.rendering import Rendered, render
from lms.letters.rules import pack
from lms.letters.sentences import STATE_LABELS, STATE_TONES
from lms.plugins import suite
from lms.ui import CSP

bp = Blueprint("letters", __name__)
ON_A_PAGE = 50
NEEDS_A_LOOK = "troubled"
SEARCHED = ("person", "state", "kind", "day")
COORDINATOR = access.roles(RoleName.COORDINATOR)
# A letter is drawn in a frame of its own: its look is its own, it runs nothing and loads nothing.
FRAMED = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox"


@bp.get("/letters")
@COORDINATOR
def log() -> ResponseReturnValue:
    """List what was written, newest first, searched by reader, state, kind and day."""
    form = LogForm(request.args)
    form.state.choices = [
        ("", _("any state")),
        (NEEDS_A_LOOK, _("did not leave, or unknown")),
        *((str(key), str(label)) for key, label in STATE_LABELS.items()),
    ]
    written = sorted((_label(key), key) for key in kinds_written())
    form.kind.choices = [("", _("any kind")), *((key, label) for label, key in written)]
    is_good = form.validate()
    sought = _sought(form) if is_good else Sought()
    pages = db.paginate(
        letters_sought(sought, zone=current_app.config["LMS_ZONE"]),
        page=(form.page.data or 1) if is_good else 1,
        per_page=ON_A_PAGE,
        error_out=False,
    )
    page = render_template(
        "letters/log.html",
        form=form,
        pages=pages,
        sought={name: request.args[name] for name in SEARCHED if request.args.get(name)},
        failed=count_failed(now=now()),
        state_labels=STATE_LABELS,
        state_tones=STATE_TONES,
        label=_label,
    )
    return page if is_good else (page, 422)


def _sought(form: LogForm) -> Sought:
    chosen = form.state.data
    return Sought(
        states=TROUBLED if chosen == NEEDS_A_LOOK else frozenset(filter(None, [_state(chosen)])),
        kind=form.kind.data or "",
        person=form.person.data or "",
        day=form.day.data,
    )


def _state(chosen: str | None) -> LetterState | None:
    return LetterState(chosen) if chosen else None


def _label(kind: str) -> str:
    known = suite().letter_kinds.get(kind)
    return str(known.label) if known else kind


@bp.get("/letters/<int:letter_id>")
@COORDINATOR
def one(letter_id: int) -> ResponseReturnValue:
    """Show one letter as it left, with its link that signs in masked."""
    letter = _letter_or_404(letter_id)
    return _with_frame(
        render_template(
            "letters/one.html",
            letter=letter,
            words=_as_sent(letter),
            label=_label(letter.kind),
            state_labels=STATE_LABELS,
            state_tones=STATE_TONES,
            is_troubled=letter.state in TROUBLED,
        )
    )


@bp.get("/letters/<int:letter_id>/html")
@COORDINATOR
def framed(letter_id: int) -> ResponseReturnValue:
    """Give one letter's HTML for the frame on its page."""
    return _frame(_as_sent(_letter_or_404(letter_id)).html)


def _letter_or_404(letter_id: int) -> Letter:
    letter = db.session.get(Letter, letter_id)
    if letter is None:
        abort(404)
    return letter


def _as_sent(letter: Letter) -> Rendered:
    return render(letter.subject, letter.parts, locale=letter.locale)


def _with_frame(page: str) -> ResponseReturnValue:
    response = make_response(page)
    response.headers["Content-Security-Policy"] = f"{CSP}; frame-src 'self'"
    return response


def _frame(html: str) -> ResponseReturnValue:
    response = make_response(html)
    response.headers["Content-Security-Policy"] = FRAMED
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response


@bp.post("/letters/<int:letter_id>/send")
@COORDINATOR
def send_one_again(letter_id: int) -> ResponseReturnValue:
    """Send a letter once more that did not leave, or of which nobody knows."""
    letter = _letter_or_404(letter_id)
    is_taken = send_once_more(letter, now=now())
    db.session.commit()
    if is_taken:
        wake()
        flash(_("The letter is on its way again."), "success")
    else:
        flash(_("Nothing to do: this letter left meanwhile or is being sent."), "info")
    return redirect(url_for("letters.one", letter_id=letter_id), code=303)


@bp.post("/letters/send-failed")
@COORDINATOR
def send_failed_again() -> ResponseReturnValue:
    """Send everything again that surely did not leave in the last month."""
    number = send_all_failed(now=now())
    db.session.commit()
    if number:
        wake()
    flash(
        ngettext(
            "%(num)d letter is on its way again.", "%(num)d letters are on their way again.", number
        ),
        "success",
    )
    return redirect(url_for("letters.log"), code=303)


@bp.get("/letters/kinds")
@COORDINATOR
def kinds() -> ResponseReturnValue:
    """Show which letters the program writes, each with an example."""
    found = sorted(suite().letter_kinds.values(), key=lambda kind: str(kind.label))
    examples = [(kind, _example(kind)) for kind in found]
    return _with_frame(render_template("letters/kinds.html", examples=examples, codes=CODES))


@bp.get("/letters/kinds/<key>/<locale>")
@COORDINATOR
def example(key: str, locale: str) -> ResponseReturnValue:
    """Give an example's HTML in a language for the frame on the page of kinds."""
    kind = suite().letter_kinds.get(key)
    if kind is None or locale not in CODES:
        abort(404)
    return _frame(_example(kind, locale).html)


def _example(kind: LetterKind, locale: str = "") -> Rendered:
    locale = locale or current_code()
    with force_locale(locale):
        text = kind.example()
    return render(text.subject, pack(text.parts), locale=locale)
