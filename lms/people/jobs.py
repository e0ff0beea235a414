"""Letters with sign-in links: sent by the worker, so that asking takes as long for anybody."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from flask_babel import force_locale, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, func, select

from lms import mail
from lms.clock import now as clock_now
from lms.contracts import JobKind
from lms.db import begin_write, db
from lms.jobs import Job, enqueue
from lms.people.codes import MINUTES, forget_codes, make_code
from lms.people.models import Account, ContactRule, Person
from lms.people.signing import make_sign_in_link

MAIL_LINKS = "mail_sign_in_links"
NOBODY = "0"
MOST = 5
KEPT = timedelta(hours=1)


def ask_for_links(email: str, *, page: str, locale: str, now: datetime, browser: str = "") -> Job:
    """Record the work of mailing a link to each account reachable at an address.

    An unknown address makes the same work with nobody in it: neither the answer nor its time
    tells who has an account (threat 12). The address itself is not kept.

    :param page: the address to which a token is added.
    :param browser: the hash of the asking browser's secret; empty where no code goes with the link.
    """
    accounts = db.session.scalars(
        select(Account.id)
        .join(Person, Person.id == Account.person_id)
        .where(func.lower(Person.email) == email, *_may_be_written_to())
        .order_by(Account.id)
        .limit(MOST)
    )
    keys = [str(account_id) for account_id in accounts]
    args = {"page": page, "locale": locale, "browser": browser}
    return enqueue(MAIL_LINKS, items=keys or [NOBODY], args=args, asked_by_id=None, now=now)


def _may_be_written_to() -> Iterable[Any]:
    return (
        Person.contact_rule == ContactRule.USUAL,
        Person.email != "",
        Person.erased_at.is_(None),
        Account.closed_at.is_(None),
        # Whoever has a password signs in by it: a mailbox alone opens no coordinator's page.
        Account.password_hash == "",
    )


def mail_link(args: Mapping[str, Any], key: str) -> None:
    """Mail one account a link; whoever must no longer be written to gets nothing."""
    account = db.session.scalar(
        select(Account)
        .join(Person, Person.id == Account.person_id)
        .where(Account.id == int(key), *_may_be_written_to())
    )
    code = _code_for(account, str(args.get("browser", "")))
    if account is None:
        return
    hours = current_app.config["LMS_SIGN_IN_LINK_HOURS"]
    token = make_sign_in_link(account, hours=hours, now=clock_now())
    email = account.person.email
    # A slow mail server must not hold up everybody who writes.
    db.session.commit()
    with force_locale(args["locale"]):
        mail.send(
            email,
            _("Your link to the library’s pages"),
            "\n\n".join(_letter(args["page"] + token, code, hours)),
        )
    begin_write()


def _code_for(account: Account | None, browser: str) -> str:
    if not browser:
        return ""
    return make_code(account, browser, key=str(current_app.secret_key), now=clock_now())


def _letter(address: str, code: str, hours: int) -> list[str]:
    parts = [
        ngettext(
            "Open this link to sign in. It works once, for %(num)d hour.",
            "Open this link to sign in. It works once, for %(num)d hours.",
            hours,
        ),
        address,
    ]
    if code:
        parts += [
            _(
                "Or type this code on the page where you asked for the link. "
                "It is good for %(minutes)d minutes:",
                minutes=MINUTES,
            ),
            f"{code[:3]} {code[3:]}",
        ]
    return [*parts, _("If you did not ask for it, do nothing. Tell nobody the code.")]


def forget_asked(*, now: datetime) -> None:
    """Erase what tells that links were asked for, once it is done."""
    done = (Job.kind == MAIL_LINKS, Job.finished_at < now - KEPT)
    db.session.execute(delete(Job).where(*done).execution_options(synchronize_session=False))
    forget_codes(now=now)


JOBS = [JobKind(key=MAIL_LINKS, label=_l("Your link to the library’s pages"), run_item=mail_link)]
