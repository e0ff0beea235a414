"""What every page has: menu, language, assets by content, headers, and errors in human words."""

import hashlib
import importlib.resources
import mimetypes
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask, current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from lms.contracts import LMSError, weighted
from lms.i18n import LOCALES, current_code, say
from lms.plugins import BUNDLED_LABELS, hooks, is_on, missing_labels

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)

# A bare machine has no /etc/mime.types, and with «nosniff» a wrong type is no script and no face.
for _type, _suffix in (("font/ttf", ".ttf"), ("text/javascript", ".js")):
    mimetypes.add_type(_type, _suffix)


@dataclass(frozen=True)
class Link:
    """A line of the menu with its address."""

    label: str
    url: str
    is_current: bool


def template_folder() -> Path:
    """Answer where the templates lie: inside the wheel, or beside the package in a checkout."""
    packaged = Path(__file__).parent / "templates"
    return packaged if packaged.is_dir() else Path(__file__).parent.parent / "templates"


def migrations_folder() -> Path:
    """Answer where the migrations lie: inside the wheel, or beside the package in a checkout."""
    packaged = Path(__file__).parent / "migrations"
    return packaged if packaged.is_dir() else Path(__file__).parent.parent / "migrations"


@cache
def _digest(filename: str) -> str:
    path = Path(__file__).parent / "static" / filename
    return hashlib.sha256(path.read_bytes()).hexdigest()[:10]


def asset(filename: str) -> str:
    """Give the address of a static file with the hash of its content, so that it may be cached."""
    return url_for("static", filename=filename, v=_digest(filename))


@cache
def bootstrap_folder() -> Path:
    """Answer the folder of Bootstrap's files inside the wheel of Bootstrap-Flask."""
    return Path(str(importlib.resources.files("flask_bootstrap"))) / "static" / "bootstrap5"


def init_ui(app: Flask) -> None:
    """Bind what every page has to this application."""
    app.context_processor(_page_context)
    app.after_request(_harden)
    app.register_error_handler(HTTPException, _say_http_error)
    app.register_error_handler(CSRFError, _say_stale_form)
    app.register_error_handler(LMSError, _say_refusal)
    app.register_error_handler(Exception, _say_fault)
    app.jinja_env.globals.update(asset=asset, is_on=is_on)
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True


def _page_context() -> dict[str, Any]:
    return {
        "principal": current_user,
        "menu": _menu(),
        "locale": current_code(),
        "locales": LOCALES,
        "missing": missing_labels(),
        "demonstration": current_app.config["LMS_DEMONSTRATION"],
        "library_name": library_name(),
        "footer_links": _footer(),
    }


def library_name(locale: str | None = None) -> str:
    """Answer the name of the library in a language."""
    key = "LMS_LIBRARY_NAME" if (locale or current_code()) == "uk" else "LMS_LIBRARY_NAME_EN"
    return str(current_app.config[key])


def _menu() -> tuple[Link, ...]:
    items = weighted(hooks().menu_items(person=current_user))
    return tuple(
        Link(
            label=str(item.label),
            url=url_for(item.endpoint, **item.values),
            is_current=request.endpoint == item.endpoint,
        )
        for item in items
    )


def _footer() -> tuple[Link, ...]:
    if not is_on("certificates"):
        return ()
    return (Link(_("Check a certificate"), url_for("certificates.verify"), is_current=False),)


def _harden(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("Content-Security-Policy", CSP)
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("X-Frame-Options", "DENY")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    if current_app.config["LMS_HTTPS"]:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if request.endpoint in {"static", "bootstrap.static"} and response.status_code == 200:
        headers["Cache-Control"] = "public, max-age=31536000, immutable"
    elif "Cache-Control" not in headers:
        # Names must not stay in a shared phone's cache.
        headers["Cache-Control"] = "no-store"
    return response


def error_page(status: int, title: str, text: str, kept: str = "") -> ResponseReturnValue:
    """Draw an error in human words: what happened, what was kept, what to do next."""
    page = render_template("errors/error.html", status=status, title=title, text=text, kept=kept)
    return page, status


def _say_http_error(error: HTTPException) -> ResponseReturnValue:
    status = error.code or 500
    if status < 400 or error.response is not None:
        return error.get_response()
    if status == 404 and (label := _missing_part(request.path)):
        return error_page(
            404,
            _("%(part)s: module not installed", part=label),
            _("This part of the programme is switched off here. Nothing was lost: its data stays."),
        )
    title, text = _words(status)
    return error_page(status, title, text)


def _missing_part(path: str) -> str | None:
    first = path.strip("/").split("/")[0]
    name = {"verify": "certificates", "v": "certificates"}.get(first, first)
    if name in BUNDLED_LABELS and not is_on(name):
        return str(BUNDLED_LABELS[name])
    return None


def _words(status: int) -> tuple[str, str]:
    words = {
        403: (
            _("This page is not for you"),
            _("Your role does not open it. If it should, write to the coordinator."),
        ),
        404: (
            _("There is no such page"),
            _("The address may be mistyped, or what it showed was removed."),
        ),
        405: (_("This can’t be done here"), _("Go back and use the buttons of the page.")),
        413: (_("Too much at once"), _("The file or text is too large. Send less.")),
        429: (
            _("Too often"),
            _("Somebody tried too often from here. Nothing was lost; try again a little later."),
        ),
    }
    fallback = (
        _("The request was not understood"),
        _("Go back and try again; what was saved before stays saved."),
    )
    return words.get(status, fallback)


def _say_stale_form(_error: CSRFError) -> ResponseReturnValue:
    return error_page(
        400,
        _("The page was open too long"),
        _("Go back, reload the page and send it again."),
        _("Nothing was changed."),
    )


def _say_refusal(error: LMSError) -> ResponseReturnValue:
    status = 429 if error.code == "too_many" else 422
    text = say(error.reason) if error.reason else str(error)
    return error_page(status, _("This was not done"), text, _("Nothing was changed."))


def _say_fault(error: Exception) -> ResponseReturnValue:
    if current_app.testing and current_app.config.get("PROPAGATE_EXCEPTIONS") is not False:
        raise error
    # A traceback can hold names: where it happened is logged, what it was about is not.
    current_app.logger.error("%s at %s", type(error).__name__, request.endpoint)
    return error_page(
        500,
        _("Something went wrong on our side"),
        _("Try again in a minute. What was saved before stays saved."),
    )
