"""Commands about people: the first coordinator, and a real sign-in link."""

import click
from flask import Blueprint, current_app, url_for
from sqlalchemy import select

from lms.clock import now, today
from lms.contracts import LMSError, RoleName
from lms.db import begin_write, db
from lms.people.erasing import erase, left_alone
from lms.people.models import Account, Person
from lms.people.names import fold
from lms.people.services import (
    NewPerson,
    add_person,
    end_sign_ins,
    grant_role,
    open_account,
)
from lms.people.signing import hash_password, make_sign_in_link
from lms.people.traces import replay, wipe

MIN_PASSWORD = 10


class NobodySuch(LMSError):
    """No person, or more than one, answers to what was typed."""

    code = "nobody_such"


def bind(people: Blueprint, top: Blueprint) -> None:
    """Hang the commands on their blueprints: ``lms people …`` and the top-level ones."""
    people.cli.command("add-coordinator")(add_coordinator)
    people.cli.command("set-password")(set_password)
    people.cli.command("erase")(erase_person)
    top.cli.command("sign-in-link")(sign_in_link)


@click.option("--family-name", prompt="Прізвище / Family name")
@click.option("--given-name", prompt="Ім’я / First name")
@click.option("--login", prompt="E-mail")
@click.option("--password", prompt="Пароль / Password", hide_input=True, confirmation_prompt=True)
@click.option("--director", is_flag=True, help="Grant the role of the director as well.")
def add_coordinator(
    family_name: str, given_name: str, login: str, password: str, *, director: bool
) -> None:
    """Add somebody who may open groups, issue certificates and add others."""
    _refuse_short(password)
    begin_write()
    if db.session.scalar(select(Account.id).where(Account.login == login.strip().lower())):
        raise click.ClickException("Такий обліковий запис уже є. / This account exists already.")
    person = add_person(NewPerson(family_name, given_name, email=login), now=now())
    open_account(person, login=login.strip(), password_hash=hash_password(password))
    grant_role(person, RoleName.COORDINATOR, since=today())
    if director:
        grant_role(person, RoleName.DIRECTOR, since=today())
    db.session.commit()
    click.echo(f"{person.id}")


@click.argument("person")
@click.option("--login", prompt="E-mail")
@click.option("--password", prompt="Пароль / Password", hide_input=True, confirmation_prompt=True)
def set_password(person: str, login: str, password: str) -> None:
    """Give PERSON a new password and sign them out everywhere."""
    _refuse_short(password)
    begin_write()
    account = open_account(_find(person))
    owner = db.session.scalar(select(Account.id).where(Account.login == login.strip().lower()))
    if owner not in {None, account.id}:
        raise click.ClickException("Таке ім’я для входу вже зайняте. / This login is taken.")
    account.login = login.strip().lower()
    account.password_hash = hash_password(password)
    end_sign_ins(account.id, now=now())
    db.session.commit()
    click.echo("Готово. / Done.")


def _refuse_short(password: str) -> None:
    if len(password) < MIN_PASSWORD:
        raise click.ClickException(f"Пароль: щонайменше {MIN_PASSWORD} знаків. / Too short.")


@click.argument("person")
def sign_in_link(person: str) -> None:
    """Make a link that signs PERSON in once: a number, an e-mail or a full name."""
    begin_write()
    account = open_account(_find(person))
    hours = current_app.config["LMS_COPIED_LINK_HOURS"]
    token = make_sign_in_link(account, hours=hours, now=now())
    db.session.commit()
    with current_app.test_request_context():
        path = url_for("people.use_link", token=token)
    click.echo(current_app.config["LMS_PUBLIC_URL"] + path)


@click.argument("person_id", type=int, required=False)
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--replay", "is_replay", is_flag=True, help="Erase again who came back by a restore.")
def erase_person(person_id: int | None, *, yes: bool, is_replay: bool) -> None:
    """Erase all data of the person with the number PERSON_ID; figures and numbers stay."""
    begin_write()
    if is_replay:
        again = replay(now=now())
        db.session.commit()
        wipe(now=now())
        click.echo(f"Стерто знову: {again}. / Erased again: {again}.")
        return
    person = db.session.get(Person, person_id) if person_id else None
    if person is None:
        raise NobodySuch("Такої людини немає: назвіть її номер. / Nobody has this number.")
    alone = [one.id for one in left_alone(person.id, on=today())]
    db.session.rollback()
    if not yes:
        click.confirm(
            f"Стерти всі дані 1 людини, № {person_id}? / Erase all data of 1 person?", abort=True
        )
    begin_write()
    erase(db.session.get_one(Person, person_id), now=now())
    db.session.commit()
    is_gone = wipe(now=now())
    click.echo("Стерто. / Erased.")
    if not is_gone:
        click.echo("Решту слідів робітник прибере за хвилину. / The worker removes the rest.")
    for guardian_id in alone:
        click.echo(
            f"Без дітей тут лишається / Without a child here: lms people erase {guardian_id}"
        )


def _find(text: str) -> Person:
    people = select(Person).where(Person.erased_at.is_(None)).limit(2)
    if text.isdigit():
        found = db.session.scalars(people.where(Person.id == int(text))).all()
    elif "@" in text:
        found = db.session.scalars(people.where(Person.email == text.strip().lower())).all()
    else:
        found = db.session.scalars(people.where(Person.folded == fold(text))).all()
    if len(found) != 1:
        raise NobodySuch(
            "Такої людини немає, або таких кілька: назвіть номер. / Nobody, or several: give a number."
        )
    return found[0]
