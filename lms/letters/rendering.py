"""A letter as it leaves: subject, plain text and simple HTML, in its reader's language."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import current_app
from flask_babel import force_locale

from lms.ui import library_name

MASKED = "/sign-in/link/…"


@dataclass(frozen=True)
class Rendered:
    """What the mail server is given."""

    subject: str
    plain: str
    html: str


def render(
    subject: str,
    parts: Iterable[Mapping[str, Any]],
    *,
    locale: str,
    sign_in_path: Callable[[], str] = lambda: MASKED,
) -> Rendered:
    """Make both forms of a letter; without ``sign_in_path`` its link that signs in is masked."""
    public = str(current_app.config["LMS_PUBLIC_URL"]).rstrip("/")
    drawn: list[dict[str, Any]] = []
    for part in parts:
        if "text" in part:
            drawn.append({"text": part["text"]})
            continue
        path = sign_in_path() if part["signs_in"] else part["path"]
        drawn.append({"label": part["label"], "url": public + path})
    with force_locale(locale):
        name = library_name()
        # Drawn without what a page has: a worker knows neither menu nor visitor.
        template = current_app.jinja_env.get_template("letters/letter.html")
        html = template.render(subject=subject, parts=drawn, language=locale, name=name)
    paragraphs = [
        part["text"] if "text" in part else f"{part['label']}:\n{part['url']}" for part in drawn
    ]
    return Rendered(subject, "\n\n".join([*paragraphs, f"-- \n{name}"]) + "\n", html)
