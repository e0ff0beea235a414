"""Who may use an endpoint. Every view declares it; start-up refuses one that does not."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from flask import Flask, abort, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from lms.contracts import LMSError, RoleName

View = TypeVar("View", bound=Callable[..., Any])
ATTRIBUTE = "__lms_access__"


class Undeclared(LMSError):
    """A route does not say who may use it."""

    code = "undeclared_access"


class Principal(Protocol):
    """Whoever asks: read from the database at each request, so that an ended role ends at once."""

    person_id: int
    name: str
    roles: frozenset[RoleName]
    locale: str | None

    @property
    def is_authenticated(self) -> bool: ...

    def has(self, *roles: RoleName) -> bool: ...


@dataclass(frozen=True)
class Rule:
    """The declaration of one endpoint: for everybody, for whoever is signed in, or for roles."""

    is_public: bool = False
    roles: frozenset[RoleName] = frozenset()

    def admits(self, principal: Any) -> bool:
        """Tell whether this principal may use the endpoint."""
        if self.is_public:
            return True
        if not principal.is_authenticated:
            return False
        return not self.roles or bool(self.roles & principal.roles)


def public(view: View) -> View:
    """Declare an endpoint for everybody; it must name no child and no place of one."""
    setattr(view, ATTRIBUTE, Rule(is_public=True))
    return view


def signed_in(view: View) -> View:
    """Declare an endpoint for whoever is signed in; its queries are scoped to that person."""
    setattr(view, ATTRIBUTE, Rule())
    return view


def roles(*names: RoleName) -> Callable[[View], View]:
    """Declare an endpoint for holders of at least one of these roles."""

    def declare(view: View) -> View:
        setattr(view, ATTRIBUTE, Rule(roles=frozenset(names)))
        return view

    return declare


def rule_of(view: Any) -> Rule | None:
    """Answer the declaration of a view, also of a class-based or wrapped one."""
    found = getattr(view, ATTRIBUTE, None)
    return found if isinstance(found, Rule) else None


def refuse_undeclared(app: Flask) -> None:
    """Stop the start when a route does not say who may use it.

    :raises Undeclared: naming the endpoint.
    """
    for endpoint, view in app.view_functions.items():
        if rule_of(view) is None:
            raise Undeclared(f"endpoint {endpoint} declares no access rule")


def guard() -> ResponseReturnValue | None:
    """Hold the declared rule of the endpoint against whoever asks, before the view runs."""
    if request.endpoint is None:
        return None
    rule = rule_of(current_app.view_functions[request.endpoint])
    if rule is None or (not rule.is_public and not rule.admits(current_user)):
        if rule is not None and not current_user.is_authenticated:
            back = request.full_path.rstrip("?") if request.method == "GET" else None
            return redirect(url_for("people.sign_in", back=back), code=303)
        abort(403)
    return None
