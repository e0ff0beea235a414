"""Asking for a correction or an erasure, taking it back, and what the coordinator does about it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import String, cast, or_, select, update
from sqlalchemy.exc import IntegrityError

from lms.contracts import Eraser, Erasing, LMSError, Reason
from lms.db import db
from lms.families.models import DataRequest, RequestKind, RequestState
from lms.people.erasing import erase, left_alone, refuse_staff
from lms.people.models import ErasureGround, Person
from lms.people.names import clean_name, fold, sort_key

UNDO = timedelta(hours=24)
# A decided request stays on the family's page so long.
SHOWN = timedelta(days=30)


class AskedAlready(LMSError):
    """The same is asked for already and waits for an answer."""

    code = "asked_already"


class NothingWanted(LMSError):
    """What shall stand there stands there already."""

    code = "nothing_wanted"


class RequestDecided(LMSError):
    """Somebody decided about this request in the meantime, or it was taken back."""

    code = "request_decided"


class RequestStands(LMSError):
    """What was decided can't be taken back any more."""

    code = "request_stands"


@dataclass(frozen=True)
class Identity:
    """Name and birth date as they shall stand."""

    family_name: str
    given_name: str
    patronymic: str
    birth_date: date | None


def ask_correction(
    person: Person, wanted: Identity, *, asked_by_id: int, now: datetime
) -> DataRequest:
    """Ask that name or birth date be corrected.

    :raises NothingWanted: when nothing would change.
    :raises AskedAlready: while an earlier request waits.
    """
    new = _plain(
        Identity(
            clean_name(wanted.family_name),
            clean_name(wanted.given_name),
            clean_name(wanted.patronymic),
            wanted.birth_date,
        )
    )
    old = identity_of(person)
    changed = {key: value for key, value in new.items() if value != old[key]}
    if not changed:
        raise NothingWanted(reason=Reason("nothing_wanted"))
    request = _new(person, RequestKind.CORRECTION, asked_by_id=asked_by_id, now=now)
    request.wanted = changed
    db.session.flush()
    return request


def ask_erasure(
    person: Person, *, asked_by_id: int, with_guardian: bool, now: datetime
) -> DataRequest:
    """Ask that all data of a person be erased, and of the guardian who asks where wished.

    :raises StillStaff: for whoever runs the library's programmes.
    :raises AskedAlready: while an earlier request waits.
    """
    refuse_staff(person.id, on=now.date())
    request = _new(person, RequestKind.ERASURE, asked_by_id=asked_by_id, now=now)
    request.with_guardian = with_guardian and asked_by_id in {
        guardian.id for guardian in left_alone(person.id, on=now.date())
    }
    db.session.flush()
    return request


def _new(person: Person, kind: RequestKind, *, asked_by_id: int, now: datetime) -> DataRequest:
    if _is_asked(person.id, kind):
        raise AskedAlready(reason=Reason("asked_already"))
    request = DataRequest(
        kind=kind,
        person_id=person.id,
        asked_by_id=asked_by_id,
        asked_at=now,
        state=RequestState.WAITING,
    )
    try:
        with db.session.begin_nested():
            db.session.add(request)
    except IntegrityError as error:
        # Somebody asked for the same at this very moment.
        raise AskedAlready(reason=Reason("asked_already")) from error
    return request


def _is_asked(person_id: int, kind: RequestKind) -> bool:
    waiting = select(DataRequest.id).where(
        DataRequest.person_id == person_id,
        DataRequest.kind == kind,
        DataRequest.state == RequestState.WAITING,
    )
    return db.session.scalar(waiting.limit(1)) is not None


def withdraw_request(request: DataRequest, *, now: datetime) -> None:
    """Take a request back that waits.

    :raises RequestDecided: when it does not wait any more.
    """
    _decide(request, RequestState.WITHDRAWN, by_id=request.asked_by_id, now=now)


def accept_correction(request: DataRequest, *, by_id: int, now: datetime) -> None:
    """Correct what was asked for; what was issued before keeps its own snapshot.

    :raises RequestDecided: when it does not wait any more.
    """
    _decide(request, RequestState.DONE, by_id=by_id, now=now)
    old = identity_of(request.person)
    request.was = {key: old[key] for key in request.wanted}
    _set(request.person, {**old, **request.wanted})


def carry_out_erasure(request: DataRequest, *, by_id: int, now: datetime) -> int:
    """Erase whom the request is about; answer how many people were erased.

    Call ``lms.people.traces.wipe`` after the commit.

    :raises RequestDecided: when it does not wait any more.
    :raises LMSError: when somebody may not be erased; nothing is done then.
    """
    _decide(request, RequestState.DONE, by_id=by_id, now=now)
    people = people_of(request, on=now.date())
    for person in people:
        erase(person, ground=ErasureGround.ASKED, by_id=by_id, now=now)
    return len(people)


def people_of(request: DataRequest, *, on: date) -> list[Person]:
    """List who would be erased: the person, and the guardian who asked for it and has no other."""
    alone = left_alone(request.person_id, on=on) if request.with_guardian else []
    return [request.person, *(one for one in alone if one.id == request.asked_by_id)]


def answer_request(request: DataRequest, words: str, *, by_id: int, now: datetime) -> None:
    """Say why a request is not done; the family reads it on its page.

    :raises RequestDecided: when it does not wait any more.
    """
    _decide(request, RequestState.ANSWERED, by_id=by_id, now=now)
    request.answer = words
    db.session.flush()


def undo_request(request: DataRequest, *, now: datetime) -> None:
    """Let a request wait again; what was corrected stands as before.

    :raises RequestStands: for an erasure, and a day after the decision.
    :raises AskedAlready: when the family has asked anew since.
    """
    is_fresh = request.decided_at is not None and now - request.decided_at < UNDO
    is_erased = request.kind is RequestKind.ERASURE and request.state is RequestState.DONE
    if request.state not in {RequestState.DONE, RequestState.ANSWERED} or is_erased or not is_fresh:
        raise RequestStands(reason=Reason("request_stands"))
    if _is_asked(request.person_id, request.kind):
        raise AskedAlready(reason=Reason("asked_already"))
    if request.was:
        _set(request.person, {**identity_of(request.person), **request.was})
    request.state, request.decided_at, request.decided_by_id = RequestState.WAITING, None, None
    request.was, request.answer = {}, ""
    db.session.flush()


def _decide(request: DataRequest, state: RequestState, *, by_id: int, now: datetime) -> None:
    decided = db.session.execute(
        update(DataRequest)
        .where(DataRequest.id == request.id, DataRequest.state == RequestState.WAITING)
        .values(state=state, decided_at=now, decided_by_id=by_id)
        .returning(DataRequest.id)
    ).scalar()
    if decided is None:
        raise RequestDecided(reason=Reason("request_decided"))
    db.session.refresh(request)


def identity_of(person: Person) -> dict[str, str]:
    """Answer name and birth date as plain words, by column."""
    return _plain(
        Identity(person.family_name, person.given_name, person.patronymic, person.birth_date)
    )


def _plain(identity: Identity) -> dict[str, str]:
    born = identity.birth_date
    return {
        "family_name": identity.family_name,
        "given_name": identity.given_name,
        "patronymic": identity.patronymic,
        "birth_date": born.isoformat() if born else "",
    }


def _set(person: Person, words: dict[str, str]) -> None:
    person.family_name, person.given_name = words["family_name"], words["given_name"]
    person.patronymic = words["patronymic"]
    person.birth_date = date.fromisoformat(words["birth_date"]) if words["birth_date"] else None
    person.sort_key = sort_key(person.full_name)
    person.folded = fold(f"{person.family_name} {person.given_name}")
    db.session.flush()


def requests_about(person_id: int, *, now: datetime) -> Sequence[DataRequest]:
    """List what was asked about a person: what waits, and what was decided lately."""
    return db.session.scalars(
        select(DataRequest)
        .where(
            DataRequest.person_id == person_id,
            DataRequest.state != RequestState.WITHDRAWN,
            DataRequest.decided_at.is_(None) | (DataRequest.decided_at > now - SHOWN),
        )
        .order_by(DataRequest.asked_at.desc(), DataRequest.id.desc())
    ).all()


def forget_decided(*, now: datetime) -> None:
    """Empty the words of requests that were decided long ago; that there was one stays known."""
    has_words = or_(
        cast(DataRequest.wanted, String) != "{}",
        cast(DataRequest.was, String) != "{}",
        DataRequest.answer != "",
    )
    db.session.execute(
        update(DataRequest)
        .where(DataRequest.decided_at < now - SHOWN, has_words)
        .values(**NO_WORDS)
        .execution_options(synchronize_session=False)
    )


def _forget_words(erasing: Erasing) -> None:
    """Withdraw what waits about an erased person or was asked by them."""
    is_theirs = (DataRequest.person_id == erasing.person_id) | (
        DataRequest.asked_by_id == erasing.person_id
    )
    db.session.execute(
        update(DataRequest)
        .where(is_theirs, DataRequest.state == RequestState.WAITING)
        .values(state=RequestState.WITHDRAWN, decided_at=erasing.now)
        .execution_options(synchronize_session=False)
    )


NO_WORDS: Mapping[str, Any] = {"wanted": {}, "was": {}, "answer": ""}
ERASERS = [
    Eraser("data_request", clear=NO_WORDS, run=_forget_words),
    Eraser("data_request", owner="asked_by_id", clear=NO_WORDS),
]
