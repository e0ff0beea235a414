"""The coordinator's pages about records that may be one person: look, tell apart, merge, undo."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from lms import access
from lms.clock import now, today
from lms.contracts import Card, LMSError, RoleName
from lms.db import begin_write, db
from lms.i18n import say
from lms.people.comparing import compare
from lms.people.duplicates import (
    Likely,
    possible_doubles,
    ruled_out_pairs,
    say_different,
    unsay_different,
)
from lms.people.forms import CONTACT_LABELS, GENDER_LABELS, ROLE_LABELS, MergeForm
from lms.people.gains import Gain
from lms.people.merging import (
    UNDO_HOURS,
    Choices,
    default_fields,
    merge,
    recent_merges,
    undo,
    weigh,
)
from lms.people.models import Merge, Person

bp = Blueprint("doubles", __name__, url_prefix="/people/doubles", cli_group=None)

PAGE = 50
WORDS: Mapping[str, Mapping[Any, Any]] = {
    "gender": GENDER_LABELS,
    "contact": CONTACT_LABELS,
    "role": ROLE_LABELS,
}
GAIN_WORDS: Mapping[str, Callable[[Gain], str]] = {
    "sees": lambda gain: _(
        "%(name)s, guardian of the record that stays, will see the groups, marks and certificates "
        "of the other record too",
        name=gain.name,
    ),
    "guardian": lambda gain: _(
        "%(name)s, guardian of the record that goes, becomes a further guardian of this child",
        name=gain.name,
    ),
    "child": lambda gain: _("The account gets one more child: %(name)s", name=gain.name),
    "role": lambda gain: _("One more role: %(name)s", name=ROLE_LABELS[RoleName(gain.about)]),
    "account": lambda gain: _(
        "Whoever signs in as %(name)s will see the groups and papers of the other record too",
        name=gain.name,
    ),
    "address": lambda gain: _(
        "Links that sign in will go to %(name)s: the mailbox is this person’s own", name=gain.name
    ),
    "way_in": lambda gain: _(
        "The account of the other record (%(name)s) stays open and signs in to this one",
        name=gain.name,
    ),
    "clearance": lambda gain: _(
        "The checks of both records together clear %(name)s to be with children", name=gain.name
    ),
}


def say_gain(gain: Gain) -> str:
    """Say what would be opened to whom."""
    return GAIN_WORDS[gain.kind](gain)


@bp.app_context_processor
def _helpers() -> dict[str, Any]:
    """Let templates of coordinators' pages ask for records that look like one of theirs."""
    return {"records_like": records_like}


def records_like(person_id: int) -> list[Likely]:
    """List the records that may be the same person as one, for coordinators alone.

    Nobody else is answered, whichever page asks: it would tell a stranger that a child is known.
    """
    if not current_user.has(RoleName.COORDINATOR):
        return []
    if "records_like" not in g:
        found: dict[int, list[Likely]] = {}
        for pair in possible_doubles():
            found.setdefault(pair.first.person_id, []).append(pair.second)
            found.setdefault(pair.second.person_id, []).append(pair.first)
        g.records_like = found
    answer: list[Likely] = g.records_like.get(person_id, [])
    return answer


@bp.get("/")
@access.roles(RoleName.COORDINATOR)
def listed() -> ResponseReturnValue:
    """List the pairs that may be one person, the surest first, and what was said of others."""
    return _list()


def _list(notice: str = "") -> str:
    pairs = possible_doubles()
    return render_template(
        "people/doubles.html",
        pairs=pairs[:PAGE],
        more=max(0, len(pairs) - PAGE),
        ruled_out=ruled_out_pairs(most=PAGE),
        merges=[(one, _name(one.kept_id)) for one in recent_merges(now=now())],
        hours=UNDO_HOURS,
        notice=notice,
    )


def _name(person_id: int) -> str:
    return db.session.get_one(Person, person_id).full_name


@bp.route("/<int:kept_id>/<int:gone_id>", methods=["GET", "POST"])
@access.roles(RoleName.COORDINATOR)
def pair(kept_id: int, gone_id: int) -> ResponseReturnValue:
    """Show two records side by side, and merge the second into the first."""
    if request.method == "POST":
        begin_write()
    kept, gone = _find(kept_id), _find(gone_id)
    if kept.id == gone.id:
        abort(404)
    form = MergeForm(default_fields(kept, gone))
    form.fit(_differing(kept, gone), _agreements(kept, gone, form))
    if request.method == "GET":
        return _pair(kept, gone, form)
    if not form.validate():
        return _pair(kept, gone, form), 422
    unasked = default_fields(kept, gone) & {"locale"}
    choices = Choices(form.from_gone | unasked, frozenset(form.agreed.data or ()))
    try:
        merge(kept, gone, choices, by_id=current_user.person_id, now=now(), on=today())
    except LMSError as refusal:
        db.session.rollback()
        return _pair(_find(kept_id), _find(gone_id), form, _say(refusal)), 422
    db.session.commit()
    flash(
        ngettext(
            "Two records became one. You can undo it for %(num)d hour, on this page.",
            "Two records became one. You can undo it for %(num)d hours, on this page.",
            UNDO_HOURS,
        ),
        "success",
    )
    return redirect(url_for("doubles.listed"), code=303)


def _pair(kept: Person, gone: Person, form: MergeForm, notice: str = "") -> str:
    weighed = weigh(kept, gone, from_gone=form.from_gone, on=today())
    return render_template(
        "people/double.html",
        kept=kept,
        gone=gone,
        form=form,
        notice=notice,
        rows=compare(kept, gone, words=WORDS, on=today()),
        weighed=weighed,
        counts=[merger.say(number) for merger, number in weighed.counts if merger.say],
        adults=_adults_alike(weighed.gains),
        hours=UNDO_HOURS,
    )


def _adults_alike(found: Iterable[Gain]) -> list[tuple[int, int]]:
    """Pair guardians of the two records who may be one person: merged first, they need no tick."""
    ours = [int(gain.about) for gain in found if gain.kind == "sees"]
    theirs = {int(gain.about) for gain in found if gain.kind == "guardian"}
    return [
        (guardian_id, one.person_id)
        for guardian_id in ours
        for one in records_like(guardian_id)
        if one.person_id in theirs
    ]


def _differing(kept: Person, gone: Person) -> dict[str, tuple[str, str]]:
    """Answer in words the fields in which two records differ."""
    rows = compare(kept, gone, words=WORDS, on=today())
    return {row.field: (row.kept, row.gone) for row in rows if row.field and row.differs}


def _agreements(kept: Person, gone: Person, form: MergeForm) -> list[tuple[str, str]]:
    """Name what would be opened to whom. The address counts whenever the two differ."""
    from_gone = form.from_gone | ({"email"} if gone.email != kept.email else set())
    weighed = weigh(kept, gone, from_gone=frozenset(from_gone), on=today())
    return [
        (gain.key, _("Needed: %(what)s", what=say_gain(gain)) if gain.is_needed else say_gain(gain))
        for gain in weighed.gains
    ]


@bp.post("/<int:one_id>/<int:other_id>/different")
@access.roles(RoleName.COORDINATOR)
def different(one_id: int, other_id: int) -> ResponseReturnValue:
    """Remember that two records are two people."""
    begin_write()
    one, other = _find(one_id), _find(other_id)
    if one.id == other.id:
        abort(404)
    say_different(one.id, other.id, by_id=current_user.person_id, now=now())
    db.session.commit()
    flash(_("Noted: these are different people. You can take this back below."), "success")
    return redirect(url_for("doubles.listed"), code=303)


@bp.post("/<int:one_id>/<int:other_id>/perhaps-same")
@access.roles(RoleName.COORDINATOR)
def perhaps_same(one_id: int, other_id: int) -> ResponseReturnValue:
    """Take back that two records are two people."""
    begin_write()
    unsay_different(_find(one_id).id, _find(other_id).id)
    db.session.commit()
    flash(_("Taken back. The pair stands in the list again."), "success")
    return redirect(url_for("doubles.listed"), code=303)


@bp.post("/merges/<int:merge_id>/undo")
@access.roles(RoleName.COORDINATOR)
def take_back(merge_id: int) -> ResponseReturnValue:
    """Make two records of one again, as they were."""
    begin_write()
    done = db.session.get(Merge, merge_id)
    if done is None:
        abort(404)
    try:
        undo(done, now=now())
    except LMSError as refusal:
        db.session.rollback()
        return _list(_say(refusal)), 422
    db.session.commit()
    flash(_("Undone: both records are as they were. Sign-ins stay ended."), "success")
    return redirect(url_for("doubles.listed"), code=303)


def _say(refusal: LMSError) -> str:
    return say(refusal.reason) if refusal.reason else str(refusal)


def _find(person_id: int) -> Person:
    person = db.session.get(Person, person_id)
    if person is None or person.erased_at is not None:
        abort(404)
    return person


def cards(principal: object) -> list[Card]:
    """Tell the coordinator that records may be one person, and nothing when there are none."""
    if RoleName.COORDINATOR not in getattr(principal, "roles", frozenset()):
        return []
    number = len(possible_doubles())
    if not number:
        return []
    return [
        Card(
            title=_("Possible doubles"),
            text=_("The same person may stand here twice."),
            figure=str(number),
            endpoint="doubles.listed",
            weight=70,
        )
    ]
