"""A link signs in once; what ended is refused at the next request."""

import threading
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from lms.clock import now, today
from lms.db import begin_write, db
from lms.people.codes import WrongCode, browser_hash, forget_codes, make_code, use_code
from lms.people.models import Account, SignedIn, SignInCode
from lms.people.reaching import end_sign_in_links
from lms.people.services import end_sign_ins, open_account
from lms.people.signing import (
    LinkSpent,
    WrongPassword,
    begin_sign_in,
    make_sign_in_link,
    principal_of,
    sign_in_by_password,
    use_sign_in_link,
)
from tests.cast import PASSWORD, Cast

MOMENT = datetime(2022, 9, 5, 12, 0, tzinfo=UTC)


def _account(cast: Cast) -> Account:
    return open_account(cast.guardian)


def test_a_link_works_once(cast: Cast) -> None:
    token = make_sign_in_link(_account(cast), hours=24, now=MOMENT)
    assert use_sign_in_link(token, days=30, now=MOMENT)
    with pytest.raises(LinkSpent):
        use_sign_in_link(token, days=30, now=MOMENT)


@pytest.mark.parametrize("hours", [24, 25, 1000])
def test_a_link_runs_out(cast: Cast, hours: int) -> None:
    token = make_sign_in_link(_account(cast), hours=24, now=MOMENT)
    with pytest.raises(LinkSpent):
        use_sign_in_link(token, days=30, now=MOMENT + timedelta(hours=hours))


def test_a_made_up_link_is_refused(cast: Cast) -> None:
    with pytest.raises(LinkSpent):
        use_sign_in_link("x" * 43, days=30, now=MOMENT)


def test_parallel_uses_of_one_link_make_one_session(
    cast: Cast, make_app: Callable[..., Flask], app: Flask
) -> None:
    token = make_sign_in_link(_account(cast), hours=24, now=now())
    db.session.commit()
    db.session.remove()
    won: list[str] = []
    start = threading.Barrier(12)

    def use() -> None:
        with app.app_context():
            start.wait()
            begin_write()
            try:
                won.append(use_sign_in_link(token, days=30, now=now()))
                db.session.commit()
            except LinkSpent:
                db.session.rollback()
            finally:
                db.session.remove()

    threads = [threading.Thread(target=use) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1
    assert db.session.scalar(select(func.count()).select_from(SignedIn)) == 1


def test_parallel_uses_of_one_code_make_one_session(cast: Cast, app: Flask) -> None:
    code = make_code(_account(cast), browser_hash("secret"), key="k", now=now())
    db.session.commit()
    db.session.remove()
    won: list[str] = []
    start = threading.Barrier(100)

    def use() -> None:
        with app.app_context():
            start.wait()
            begin_write()
            try:
                won.append(use_code(code, "secret", key="k", days=30, now=now()))
                db.session.commit()
            except WrongCode:
                db.session.commit()
            finally:
                db.session.remove()

    threads = [threading.Thread(target=use) for _ in range(100)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1
    assert db.session.scalar(select(func.count()).select_from(SignedIn)) == 1


def _guess(typed: str, secret: str = "secret", minutes: int = 0) -> str:
    return use_code(typed, secret, key="k", days=1, now=MOMENT + timedelta(minutes=minutes))


def test_a_code_runs_out_and_is_tried_five_times_even_among_siblings(cast: Cast) -> None:
    browser = browser_hash("secret")
    codes = [make_code(_account(cast), browser, key="k", now=MOMENT) for _ in range(3)]
    assert len(set(codes)) == 3
    with pytest.raises(WrongCode):
        _guess(codes[0], minutes=15)
    with pytest.raises(WrongCode):
        _guess(codes[0], secret="another")
    wrong = next(f"{n:06d}" for n in range(9) if f"{n:06d}" not in codes)
    for _try in range(5):
        with pytest.raises(WrongCode):
            _guess(wrong)
    for code in codes:
        with pytest.raises(WrongCode):
            _guess(code)


def test_a_used_code_ends_those_beside_it(cast: Cast) -> None:
    codes = [make_code(_account(cast), browser_hash("secret"), key="k", now=MOMENT) for _ in "ab"]
    assert _guess(codes[1])
    for code in codes:
        with pytest.raises(WrongCode):
            _guess(code)


def test_a_code_ends_with_the_links_of_its_account(cast: Cast) -> None:
    code = make_code(_account(cast), browser_hash("secret"), key="k", now=MOMENT)
    end_sign_in_links(_account(cast).id, now=MOMENT)
    with pytest.raises(WrongCode):
        _guess(code)


def test_a_code_of_nobody_opens_nothing_and_is_kept_as_a_hash(cast: Cast) -> None:
    code = make_code(None, browser_hash("secret"), key="k", now=MOMENT)
    with pytest.raises(WrongCode):
        _guess(code)
    (row,) = db.session.scalars(select(SignInCode)).all()
    assert code not in {row.code_hash, row.browser_hash}
    forget_codes(now=MOMENT + timedelta(hours=2))
    assert db.session.scalar(select(func.count()).select_from(SignInCode)) == 0


def test_the_right_password_signs_in_with_any_form_of_its_letters(cast: Cast) -> None:
    for form in ("NFC", "NFD"):
        password = unicodedata.normalize(form, PASSWORD)
        assert sign_in_by_password("COORDINATOR@example.org ", password, days=1, now=MOMENT)


@pytest.mark.parametrize(
    ("login", "password"),
    [
        ("coordinator@example.org", "не той"),
        ("nobody@example.org", PASSWORD),
        ("guardian@example.org", ""),
        ("coordinator@example.org", ""),
    ],
)
def test_a_wrong_password_and_an_unknown_name_are_told_alike(
    cast: Cast, login: str, password: str
) -> None:
    with pytest.raises(WrongPassword) as refusal:
        sign_in_by_password(login, password, days=1, now=MOMENT)
    assert refusal.value.reason is not None
    assert refusal.value.reason.code == "wrong_password"


def test_the_principal_holds_the_roles_of_today(cast: Cast) -> None:
    token = begin_sign_in(_account(cast).id, days=1, now=now())
    principal = principal_of(token, now=now(), on=today())
    assert principal is not None
    assert principal.person_id == cast.guardian.id
    assert {str(role) for role in principal.roles} == {"guardian"}
    assert principal_of(token, now=now() + timedelta(days=2), on=today()) is None


def test_signing_out_everywhere_ends_every_browser(cast: Cast) -> None:
    tokens = [begin_sign_in(_account(cast).id, days=1, now=now()) for _ in range(3)]
    end_sign_ins(_account(cast).id, now=now())
    assert [principal_of(token, now=now(), on=today()) for token in tokens] == [None] * 3


def test_only_hashes_are_kept(cast: Cast) -> None:
    link = make_sign_in_link(_account(cast), hours=24, now=MOMENT)
    token = use_sign_in_link(link, days=30, now=MOMENT)
    rows: list[Any] = db.session.execute(select(SignedIn.token_hash)).all()
    assert all(secret not in str(rows) for secret in (link, token))
