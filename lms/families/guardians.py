"""Who is with a child: inviting, confirming, opening the place, and ending at once."""

import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select, update

from lms.contracts import RoleName
from lms.db import db
from lms.families.childpages import revoke_pages_of
from lms.families.models import GuardianInvitation, RemovalRequest
from lms.families.refusals import (
    GuardianAlready,
    InvitationDecided,
    InvitationSpent,
    LastLegal,
    NotTheFirst,
)
from lms.families.rules import (
    INVITATION_HOURS,
    InvitationRefusal,
    Sight,
    Tie,
    first_of,
    is_invitation_open,
    is_last_legal,
    sight_of,
)
from lms.letters.services import hold_back
from lms.people.models import Account, Guardianship, Person, Relation, Role
from lms.people.reaching import end_sign_in_links
from lms.people.rules import is_minor
from lms.people.services import (
    NewPerson,
    add_guardian,
    add_person,
    end_role,
    end_sign_ins,
    grant_role,
    open_account,
    ties_in_force,
)
from lms.people.signing import token_hash


def ties_of(child_id: int, *, on: date) -> list[Guardianship]:
    """List the adults of a child on a day, the oldest tie first."""
    return list(
        db.session.scalars(
            ties_in_force(on)
            .where(Guardianship.child_id == child_id)
            .order_by(Guardianship.since, Guardianship.id)
        )
    )


def plain(tie: Guardianship) -> Tie:
    """Answer a tie as the rules see it."""
    is_legal = tie.relation is not Relation.ACCOMPANYING
    return Tie(tie.id, tie.guardian_id, tie.since, is_legal=is_legal, sees_place=tie.sees_place)


def sights_of(guardian_id: int, *, on: date) -> dict[int, Sight]:
    """Tell for each child of a guardian what this guardian sees: two queries."""
    mine = ties_in_force(on).where(Guardianship.guardian_id == guardian_id)
    children = mine.with_only_columns(Guardianship.child_id)
    by_child: dict[int, list[Tie]] = {}
    for tie in db.session.scalars(ties_in_force(on).where(Guardianship.child_id.in_(children))):
        by_child.setdefault(tie.child_id, []).append(plain(tie))
    return {
        child_id: sight_of(_own(ties, guardian_id), ties) for child_id, ties in by_child.items()
    }


def _own(ties: list[Tie], guardian_id: int) -> Tie | None:
    mine = [tie for tie in ties if tie.guardian_id == guardian_id]
    # Somebody noted twice, as a parent and as company, is a parent.
    return min(mine, key=lambda tie: (not tie.is_legal, tie.since, tie.number), default=None)


def is_first(guardian_id: int, child_id: int, *, on: date) -> bool:
    """Tell whether somebody is the first legal guardian of a child."""
    first = first_of([plain(tie) for tie in ties_of(child_id, on=on)])
    return first is not None and first.guardian_id == guardian_id


def invite(
    guardian: Person, child: Person, relation: Relation, *, now: datetime, on: date
) -> tuple[GuardianInvitation, str]:
    """Invite a second guardian; answer the row and the token that goes into the link.

    :raises NotTheFirst: when somebody else than the first legal guardian invites.
    """
    if not is_first(guardian.id, child.id, on=on):
        raise NotTheFirst
    token = secrets.token_urlsafe(32)
    invitation = GuardianInvitation(
        child_id=child.id,
        invited_by_id=guardian.id,
        relation=relation,
        token_hash=token_hash(token),
        made_at=now,
        expires_at=now + timedelta(hours=INVITATION_HOURS),
    )
    db.session.add(invitation)
    db.session.flush()
    return invitation, token


def find_open(token: str, *, now: datetime, on: date) -> GuardianInvitation:
    """Find an invitation by its link's token.

    :raises InvitationSpent: when it was used, taken back, has run out, or never was, and when
        whoever invited is no guardian of the child any more.
    """
    found = db.session.scalar(
        select(GuardianInvitation).where(GuardianInvitation.token_hash == token_hash(token))
    )
    if found is None or not is_invitation_open(
        found.expires_at,
        now=now,
        is_used=found.answered_at is not None,
        is_cancelled=found.cancelled_at is not None,
    ):
        raise InvitationSpent
    if not is_first(found.invited_by_id, found.child_id, on=on):
        raise InvitationSpent
    return found


def answer(
    token: str,
    *,
    now: datetime,
    on: date,
    person: Person | None = None,
    new: NewPerson | None = None,
) -> GuardianInvitation:
    """Accept an invitation, once; nobody sees anything before the coordinator confirms.

    :raises InvitationSpent: when the link does not work (any more).
    :raises GuardianAlready: when whoever is signed in is with this child already.
    """
    found = find_open(token, now=now, on=on)
    if person is not None and (person.id == found.child_id or is_minor(person.birth_date, on)):
        # A child is nobody's guardian, its own least of all.
        raise InvitationSpent
    if person is not None and any(
        tie.guardian_id == person.id for tie in ties_of(found.child_id, on=on)
    ):
        raise GuardianAlready
    used = db.session.execute(
        update(GuardianInvitation)
        .where(
            GuardianInvitation.id == found.id,
            GuardianInvitation.answered_at.is_(None),
            GuardianInvitation.cancelled_at.is_(None),
        )
        .values(answered_at=now, answered_by_id=person.id if person else None)
        .returning(GuardianInvitation.id)
    ).first()
    if used is None:
        raise InvitationSpent
    db.session.refresh(found)
    if new is not None:
        found.family_name, found.given_name = new.family_name, new.given_name
        found.patronymic, found.email, found.phone = new.patronymic, new.email, new.phone
    db.session.flush()
    return found


def confirm(
    invitation: GuardianInvitation, *, by_id: int, now: datetime, on: date
) -> tuple[Person, Guardianship]:
    """Make whoever was invited a guardian, who does not see where the child meets.

    :raises InvitationDecided: when it was decided, or taken back, in the meantime.
    """
    _decide(invitation, by_id=by_id, now=now)
    guardian = invitation.answered_by or add_person(
        NewPerson(
            invitation.family_name,
            invitation.given_name,
            invitation.patronymic,
            email=invitation.email,
            phone=invitation.phone,
        ),
        now=now,
    )
    open_account(guardian)
    grant_role(guardian, RoleName.GUARDIAN, since=on, granted_by_id=by_id)
    tie = add_guardian(
        guardian, invitation.child, relation=invitation.relation, since=on, sees_place=False
    )
    invitation.answered_by_id = guardian.id
    _forget_answer(invitation)
    return guardian, tie


def refuse(
    invitation: GuardianInvitation, why: InvitationRefusal, *, by_id: int, now: datetime
) -> None:
    """Refuse an invitation with a reason; what the invited one wrote is forgotten at once.

    :raises InvitationDecided: when it was decided, or taken back, in the meantime.
    """
    _decide(invitation, by_id=by_id, now=now)
    invitation.refusal = str(why)
    _forget_answer(invitation)


def cancel(invitation: GuardianInvitation, *, now: datetime) -> None:
    """Take an invitation back before it is decided.

    :raises InvitationDecided: when it was decided already.
    """
    cancelled = db.session.execute(
        update(GuardianInvitation)
        .where(GuardianInvitation.id == invitation.id, GuardianInvitation.decided_at.is_(None))
        .values(cancelled_at=func.coalesce(GuardianInvitation.cancelled_at, now))
        .returning(GuardianInvitation.id)
        .execution_options(synchronize_session=False)
    ).first()
    db.session.refresh(invitation)
    if cancelled is None:
        raise InvitationDecided
    _forget_answer(invitation)


def _decide(invitation: GuardianInvitation, *, by_id: int, now: datetime) -> None:
    decided = db.session.execute(
        update(GuardianInvitation)
        .where(
            GuardianInvitation.id == invitation.id,
            GuardianInvitation.answered_at.is_not(None),
            GuardianInvitation.decided_at.is_(None),
            GuardianInvitation.cancelled_at.is_(None),
        )
        .values(decided_at=now, decided_by_id=by_id)
        .returning(GuardianInvitation.id)
    ).first()
    if decided is None:
        raise InvitationDecided
    db.session.refresh(invitation)


def _forget_answer(invitation: GuardianInvitation) -> None:
    invitation.family_name = invitation.given_name = invitation.patronymic = ""
    invitation.email = invitation.phone = ""
    db.session.flush()


@dataclass(frozen=True)
class Named:
    """Whoever brings a child, as a legal guardian names them."""

    tie: Guardianship
    account: Account


def name_accompanying(
    guardian: Person, child: Person, new: NewPerson, *, now: datetime, on: date
) -> Named:
    """Let a first guardian name somebody who brings the child: times and place, nothing else.

    An address is never a key, so this is a new person whatever was typed.

    :raises NotTheFirst: when somebody else than the first legal guardian names them.
    """
    if not is_first(guardian.id, child.id, on=on):
        raise NotTheFirst
    person = add_person(new, now=now)
    account = open_account(person)
    grant_role(person, RoleName.GUARDIAN, since=on, granted_by_id=guardian.id)
    tie = add_guardian(person, child, relation=Relation.ACCOMPANYING, since=on)
    return Named(tie, account)


def show_place(tie: Guardianship, *, is_shown: bool, now: datetime) -> None:
    """Open or shut the place, the link and the zone to an adult of a child.

    Whoever saw them could copy the links of the child's pages: shutting makes those invalid.
    """
    tie.sees_place = is_shown
    if not is_shown and tie.relation is not Relation.ACCOMPANYING:
        revoke_pages_of(tie.child_id, now=now)
    db.session.flush()


def leave(tie: Guardianship, *, now: datetime, on: date) -> None:
    """End one's own tie to a child.

    :raises LastLegal: when nobody could consent for the child any more; the coordinator can.
    """
    if is_last_legal(plain(tie), [plain(one) for one in ties_of(tie.child_id, on=on)]):
        raise LastLegal
    end_tie(tie, now=now, on=on)


def end_tie(tie: Guardianship, *, now: datetime, on: date) -> None:
    """End a tie so that the very next request is refused, with all that it had opened.

    Links of the child's pages that this adult could pass on are made invalid, invitations taken
    back; whoever has no child left is no guardian, and signed in only if another role holds.
    """
    if tie.sees_place and tie.relation is not Relation.ACCOMPANYING:
        revoke_pages_of(tie.child_id, now=now)
    for invitation in db.session.scalars(
        select(GuardianInvitation).where(
            GuardianInvitation.child_id == tie.child_id,
            GuardianInvitation.invited_by_id == tie.guardian_id,
            GuardianInvitation.decided_at.is_(None),
        )
    ).all():
        cancel(invitation, now=now)
    guardian_id = tie.guardian_id
    # What was written while the tie held and has not left yet stays here.
    hold_back(tie.guardian, now=now)
    db.session.execute(
        RemovalRequest.__table__.delete().where(RemovalRequest.guardianship_id == tie.id)  # type: ignore[attr-defined]
    )
    yesterday = on - timedelta(days=1)
    if tie.since <= yesterday:
        tie.until = yesterday
    else:
        db.session.delete(tie)
    db.session.flush()
    shut_out(guardian_id, now=now, on=on)


def shut_out(guardian_id: int, *, now: datetime, on: date) -> None:
    """End the role, the links and the sign-ins of a guardian who has no child left."""
    left = ties_in_force(on).where(Guardianship.guardian_id == guardian_id).limit(1)
    if db.session.scalar(left) is not None:
        return
    hold_back(db.session.get_one(Person, guardian_id), now=now)
    end_role(guardian_id, RoleName.GUARDIAN, on=on)
    other = db.session.scalar(
        select(Role.id)
        .where(Role.person_id == guardian_id, (Role.until.is_(None)) | (Role.until >= on))
        .limit(1)
    )
    account = db.session.scalar(select(Account).where(Account.person_id == guardian_id))
    if account is None or other is not None:
        return
    end_sign_in_links(account.id, now=now)
    end_sign_ins(account.id, now=now)


def ask_removal(tie: Guardianship, *, asked_by: Person, now: datetime, on: date) -> None:
    """Ask that another legal guardian is removed; whoever only accompanies goes at once.

    :raises NotTheFirst: when somebody else than the first legal guardian asks.
    """
    if not is_first(asked_by.id, tie.child_id, on=on):
        raise NotTheFirst
    if tie.relation is Relation.ACCOMPANYING:
        end_tie(tie, now=now, on=on)
        return
    known = db.session.scalar(
        select(RemovalRequest).where(RemovalRequest.guardianship_id == tie.id)
    )
    if known is None:
        db.session.add(
            RemovalRequest(guardianship_id=tie.id, asked_by_id=asked_by.id, asked_at=now)
        )
    else:
        known.asked_at, known.asked_by_id, known.kept_at = now, asked_by.id, None
    db.session.flush()


def keep(request: RemovalRequest, *, by_id: int, now: datetime) -> None:
    """Leave a guardian where the first one asked for the removal."""
    request.kept_at, request.kept_by_id = now, by_id
    db.session.flush()
