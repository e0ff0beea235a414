"""The feed for phones, and the page on which a person gets its address."""

import hashlib

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
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_login import current_user

from lms import access
from lms.calendars.gathering import FAMILY, LEARNING, TODAY, entries_of
from lms.calendars.ics import write_calendar
from lms.calendars.services import READERS, end_feed, find_reader, has_feed, make_feed, token_of
from lms.clock import now, today
from lms.db import db
from lms.i18n import default_code
from lms.people.models import ContactRule

bp = Blueprint("calendars", __name__)


@bp.get("/calendar/<token>.ics")
@access.public
def feed(token: str) -> ResponseReturnValue:
    """Give a calendar to whoever knows its address; rights are read anew at each fetch.

    An ended role, an old address and one that never was are answered alike.
    """
    found = find_reader(token, on=today())
    if found is None:
        abort(404)
    person, roles, row = found
    entries = entries_of(person, roles, paths=_paths(), since=row.made_at, on=today())
    with force_locale(person.locale or default_code()):
        body = write_calendar(entries, public_url=current_app.config["LMS_PUBLIC_URL"])
    response = make_response(body)
    response.content_type = "text/calendar; charset=utf-8"
    response.headers["Content-Disposition"] = 'inline; filename="calendar.ics"'
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.set_etag(hashlib.sha256(body).hexdigest())
    return response.make_conditional(request)


def _paths() -> dict[str, str]:
    return {
        endpoint: url_for(endpoint)
        for endpoint in (FAMILY, LEARNING, TODAY)
        if endpoint in current_app.view_functions
    }


@bp.get("/calendar")
@access.roles(*READERS)
def mine() -> ResponseReturnValue:
    """Show the address of my calendar and how a phone takes it."""
    token = token_of(current_user.person_id, secret=str(current_app.secret_key))
    address = ""
    if token:
        path = url_for("calendars.feed", token=token)
        address = current_app.config["LMS_PUBLIC_URL"] + path
    return render_template(
        "calendars/mine.html",
        address=address,
        # Phones open this one by their calendar instead of downloading a file.
        opened_by_phone=address.replace("https:", "webcal:").replace("http:", "webcal:"),
        has_feed=bool(token) or has_feed(current_user.person_id),
        is_quiet=current_user.contact_rule is not ContactRule.USUAL,
    )


@bp.post("/calendar/new")
@access.roles(*READERS)
def renew() -> ResponseReturnValue:
    """Make my calendar's address, or a new one: the old one stops at once."""
    if current_user.contact_rule is not ContactRule.USUAL:
        abort(404)
    is_first = not has_feed(current_user.person_id)
    make_feed(current_user.person_id, secret=str(current_app.secret_key), now=now())
    db.session.commit()
    flash(
        _("Your calendar is ready: now give its address to your phone.")
        if is_first
        else _(
            "Here is the new address. The old one no longer works: give your phone the new one."
        ),
        "success",
    )
    return redirect(url_for("calendars.mine"), code=303)


@bp.post("/calendar/end")
@access.roles(*READERS)
def end() -> ResponseReturnValue:
    """Switch my calendar off."""
    end_feed(current_user.person_id)
    db.session.commit()
    flash(_("The calendar is switched off: its address shows nothing any more."), "success")
    return redirect(url_for("calendars.mine"), code=303)
