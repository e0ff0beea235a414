"""Letters: to adults who may be written to, once each, and what happens when a mail server fails."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest
from flask import Flask
from flask_babel import gettext as _
from sqlalchemy import select, update

from lms import jobs
from lms.clock import now, today
from lms.db import begin_write, db
from lms.letters.jobs import send_again
from lms.letters.log import send_once_more
from lms.letters.models import Letter, LetterState
from lms.letters.rules import Draft, Link, Text
from lms.letters.services import adults_for, take_back, write
from lms.people.models import ContactRule, Person
from lms.people.services import NewPerson, add_person, open_account
from lms.people.signing import use_sign_in_link
from tests.cast import Cast, make_cast
from tests.smtp import GONE, Mailbox, Step, mail_server

DATABASES = ("sqlite",)


def _text() -> Text:
    return Text(_("A message from the library"), ("Добрий день!", "Перший рядок\nдругий"))


def _draft(key: str = "news-1") -> Draft:
    return Draft("news", key, _text)


@pytest.fixture
def box() -> Iterator[Mailbox]:
    """A mail server that takes everything."""
    with mail_server() as mailbox:
        yield mailbox


@pytest.fixture
def post(make_app: Callable[..., Flask], box: Mailbox) -> Iterator[Cast]:
    """An application that sends to the box, outside any request, with the cast committed."""
    with make_app(box.settings()).app_context():
        begin_write()
        made = make_cast()
        db.session.commit()
        begin_write()
        yield made
        db.session.rollback()


def _send() -> None:
    db.session.commit()
    jobs.run_pending()
    begin_write()
    db.session.expire_all()


def _letter() -> Letter:
    return db.session.scalars(select(Letter)).one()


def test_only_adults_with_an_address_who_want_letters_get_one(post: Cast, box: Mailbox) -> None:
    post.other_guardian.contact_rule = ContactRule.CALL_ONLY
    post.leader.contact_rule = ContactRule.DO_NOT_WRITE
    post.learner.email = ""
    post.child.email = "child@example.org"
    post.mentor.erased_at = now()
    people = [post.guardian, post.other_guardian, post.leader, post.learner, post.child]
    assert len(write([*people, post.mentor], _draft(), now=now())) == 1
    _send()
    assert box.readers == ["guardian@example.org"]
    assert _letter().state is LetterState.SENT


def test_who_is_told_of_a_child_are_its_guardians_today(post: Cast) -> None:
    told = adults_for([post.child, post.sibling, post.learner], on=today())
    assert told[post.child.id] == told[post.sibling.id] == [post.guardian]
    assert told[post.learner.id] == [post.learner]
    assert adults_for([post.child], on=date(2022, 1, 1)) == {post.child.id: []}


def test_the_same_letter_is_written_once_for_each_reader(post: Cast, box: Mailbox) -> None:
    both = [post.guardian, post.other_guardian]
    assert len(write([post.guardian, post.guardian], _draft(), now=now())) == 1
    assert [one.person_id for one in write(both, _draft(), now=now())] == [post.other_guardian.id]
    assert write(both, _draft(), now=now()) == []
    assert len(write(both, _draft("news-2"), now=now())) == 2
    _send()
    _send()
    assert len(box.arrived) == 4
    assert set(box.by_key.values()) == {1}


def test_each_reads_their_own_language_in_text_and_in_html(post: Cast, box: Mailbox) -> None:
    post.other_guardian.locale = "en"
    write([post.guardian, post.other_guardian], _draft(), now=now())
    _send()
    subjects = {str(letter["To"]): str(letter["Subject"]).strip() for letter in box.arrived}
    assert subjects["other@example.org"] == "A message from the library"
    assert subjects["guardian@example.org"] == "Повідомлення від бібліотеки"
    for letter in box.arrived:
        plain = letter.get_body(("plain",)).get_content()  # type: ignore[union-attr]
        html = letter.get_body(("html",)).get_content()  # type: ignore[union-attr]
        assert "Перший рядок\nдругий" in plain.replace("\r\n", "\n")
        assert "Перший рядок<br>" in html.replace("\r", "").replace("\n", "").replace("  ", "")
        for address in ("http:", "src=", "url(", "@import"):
            assert address not in html, address
        is_english = letter["To"] == "other@example.org"
        assert ("Luhansk" in plain) is ("Luhansk" in html) is is_english


def test_a_link_that_signs_in_is_made_when_the_letter_leaves(post: Cast, box: Mailbox) -> None:
    def compose() -> Text:
        return Text("Ваша сторінка", (Link("Увійти", signs_in=True), Link("Клуби", "/enrol")))

    write([post.guardian], Draft("news", "link-1", compose), now=now())
    assert "sign-in" not in str(_letter().parts)
    _send()
    plain = box.arrived[0].get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert "https://library.example/enrol" in plain
    token = plain.partition("https://library.example/sign-in/link/")[2].split()[0]
    assert use_sign_in_link(token, days=1, now=now())
    assert open_account(post.guardian).person_id == post.guardian.id


def test_whoever_asked_not_to_be_written_to_meanwhile_gets_nothing(
    post: Cast, box: Mailbox
) -> None:
    write([post.guardian], _draft(), now=now())
    post.guardian.contact_rule = ContactRule.DO_NOT_WRITE
    _send()
    assert (_letter().state, box.connections) == (LetterState.HELD_BACK, 0)


CASES = [
    (Step.CONNECT, "421 busy", LetterState.WAITING),
    (Step.CONNECT, GONE, LetterState.WAITING),
    (Step.MAIL, "451 later", LetterState.WAITING),
    (Step.MAIL, GONE, LetterState.WAITING),
    (Step.RCPT, "450 mailbox busy", LetterState.WAITING),
    (Step.RCPT, "550 no such reader", LetterState.FAILED),
    (Step.RCPT, GONE, LetterState.WAITING),
    (Step.DATA, "452 disk full", LetterState.WAITING),
    (Step.TEXT, "554 looks like spam", LetterState.WAITING),
    (Step.DATA, GONE, LetterState.UNSURE),
    (Step.TEXT, GONE, LetterState.UNSURE),
    (Step.QUIT, GONE, LetterState.SENT),
    (Step.QUIT, "500 what", LetterState.SENT),
]


def test_what_a_server_says_decides_where_a_letter_stands(post: Cast, box: Mailbox) -> None:
    for number, (step, answer, state) in enumerate(CASES):
        box.answers = {step: answer}
        write([post.guardian], _draft(f"news-{number}"), now=now())
        _send()
        letter = _letter()
        assert (letter.state, letter.tries) == (state, 1), (step, answer)
        assert bool(letter.fault) is (state is not LetterState.SENT)
        assert "example.org" not in letter.fault
        # Nothing is tried again at once, and what may have arrived never by itself.
        _send()
        box.answers = {}
        send_again(now=now() + timedelta(hours=1))
        _send()
        is_tried_again = state is LetterState.WAITING
        assert _letter().state is (LetterState.SENT if is_tried_again else state)
        is_taken = state in {LetterState.SENT, LetterState.WAITING}
        assert len(box.arrived) == int(is_taken or (step, answer) == (Step.TEXT, GONE))
        box.arrived.clear()
        db.session.delete(_letter())
        db.session.flush()


def test_no_server_at_all_means_trying_for_a_day_and_then_telling(
    post: Cast, box: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    box.answers[Step.CONNECT] = GONE
    write([post.guardian], _draft(), now=now())
    _send()
    for turn in range(1, 9):
        assert _letter().state is (LetterState.FAILED if turn == 8 else LetterState.WAITING)
        send_again(now=now() + timedelta(minutes=9))
        send_again(now=now() + timedelta(days=turn))
        db.session.execute(update(Letter).values(state_at=now()))
        _send()
    assert (box.connections, _letter().tries) == (8, 8)


def test_an_address_that_is_none_fails_at_once(post: Cast, box: Mailbox) -> None:
    post.guardian.email = "one@example.org\nBcc: two@example.org"
    write([post.guardian, post.other_guardian], _draft(), now=now())
    _send()
    states = dict(db.session.execute(select(Letter.person_id, Letter.state)).all())  # type: ignore[arg-type]
    assert states[post.guardian.id] is LetterState.FAILED
    assert states[post.other_guardian.id] is LetterState.SENT
    assert box.readers == ["other@example.org"]


def test_a_letter_whose_worker_died_is_never_sent_by_itself(post: Cast, box: Mailbox) -> None:
    write([post.guardian], _draft(), now=now())
    db.session.execute(update(Letter).values(state=LetterState.SENDING))
    _send()
    assert (_letter().state, _letter().fault) == (LetterState.UNSURE, "worker_died")
    send_again(now=now() + timedelta(days=2))
    _send()
    assert box.connections == 0
    # The coordinator's word sends it.
    assert send_once_more(_letter(), now=now())
    assert not send_once_more(_letter(), now=now())
    _send()
    assert (_letter().state, len(box.arrived)) == (LetterState.SENT, 1)
    assert not send_once_more(_letter(), now=now())


def test_a_slow_worker_does_not_contradict_what_was_noted_meanwhile(
    post: Cast, box: Mailbox
) -> None:
    write([post.guardian], _draft(), now=now())
    number = _letter().id
    db.session.commit()

    def somebody_else_looks(step: Step) -> None:
        if step is Step.TEXT:
            with db.engine.begin() as other:
                other.execute(
                    update(Letter)
                    .where(Letter.id == number)
                    .values(state=LetterState.UNSURE, state_at=now())
                )

    box.watch = somebody_else_looks
    _send()
    assert _letter().state is LetterState.UNSURE


def test_a_letter_that_waits_can_be_taken_back(post: Cast, box: Mailbox) -> None:
    written, minute = now(), timedelta(minutes=1)
    both = [post.guardian, post.other_guardian]
    write(both, _draft(), now=written, waits=minute)
    _send()
    send_again(now=written + minute - timedelta(seconds=1))
    _send()
    assert box.connections == 0
    gone, left = take_back("news-1", now=now())
    assert (gone, left) == ({one.id for one in both}, set())
    send_again(now=written + minute)
    _send()
    assert box.connections == 0
    assert write(both, _draft(), now=now()) == []
    write([post.guardian], _draft("news-2"), now=written, waits=minute)
    send_again(now=written + minute)
    _send()
    assert len(box.arrived) == 1
    assert take_back("news-2", now=now()) == (set(), {post.guardian.id})


def test_erasing_a_reader_takes_the_letters_along(post: Cast) -> None:
    reader = add_person(NewPerson("Сірко", "Іван", email="sirko@example.org"), now=now())
    write([reader], _draft(), now=now())
    db.session.flush()
    db.session.delete(db.session.get_one(Person, reader.id))
    db.session.flush()
    assert db.session.scalars(select(Letter)).all() == []
