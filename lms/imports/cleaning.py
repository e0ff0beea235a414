"""A row of a sheet to an entry: who, whose, how to reach them, with an account of all of it."""

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from lms.contracts import Reason
from lms.imports.aligning import Question, aligned
from lms.imports.columns import Layout, Meaning
from lms.imports.entries import Entry, Frame, Individual, cell_at, frame_of
from lms.imports.names import Evidence, Name, NameReading, gender_of, is_kin, read_name
from lms.imports.reading import SheetRow
from lms.imports.values import (
    Reading,
    by_day,
    find_dates,
    is_nothing,
    plain,
    read_date,
    read_email,
    read_moment,
    read_phone,
    read_yes,
)
from lms.people.names import fold
from lms.people.rules import ADULT_AGE, age_on

# From this age on somebody in a sheet of children has rather typed their own birth date.
OWN_DATE_FROM, OWN_DATE_FROM_WITH_GUARDIAN = 21, 26
YOUNGEST = 3
WITHOUT = "-"

__all__ = ["Answers", "Entry", "Individual", "clean_row", "frame_of"]

Answers = Mapping[str, str]


@dataclass
class _Draft:
    notes: list[Reason] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)

    def take(self, reading: Reading, about: str) -> str:
        """Take a value with its account; what is in doubt becomes a question."""
        self.notes += reading.notes
        if reading.doubt:
            self.questions.append(Question(about, reading.doubt, reading.options))
        return reading.value


def clean_row(row: SheetRow, frame: Frame, answers: Answers | None = None) -> Entry:
    """Understand one row; what a coordinator answered about it counts as if it stood there."""
    answers = answers or {}
    row, notes, doubts = aligned(row, frame.layout)
    draft = _Draft(list(notes), list(doubts))
    cells = _by_meaning(row, frame.layout)
    sent_at = read_moment(cells.get(Meaning.SENT_AT, ""))
    on = sent_at.date() if sent_at and 2000 < sent_at.year <= frame.on.year + 1 else frame.on
    guardian = _guardian(cells, frame, answers, draft)
    names = _child_names(cells, frame, guardian, answers, draft)
    phone = _contact(cells, Meaning.PHONE, Meaning.OTHER_PHONE, answers, draft)
    email = _contact(cells, Meaning.EMAIL, Meaning.OTHER_EMAIL, answers, draft)
    days = _birth_dates(cells, frame, names, answers, draft)
    children = tuple(
        Individual(n.family_name, n.given_name, n.patronymic, day, phone, email)
        for n, day in zip(names, days, strict=True)
    )
    if guardian is not None:
        guardian = replace(guardian, phone=phone, email=email)
    entry = Entry(
        number=row.number,
        fingerprint=_fingerprint(cells, frame.key),
        children=children,
        guardian=guardian,
        relation=_relation(cells, frame, guardian),
        has_consent=read_yes(cells.get(Meaning.CONSENT, "")) is True,
        has_photographs=read_yes(cells.get(Meaning.PHOTOGRAPHS, "")) is True,
        sent_at=sent_at,
        directions=_directions(cells.get(Meaning.DIRECTION, "")),
        comment=plain(cells.get(Meaning.COMMENT, "")),
        same=answers.get("same", ""),
    )
    _hold_to_ages(entry, cells, frame, answers, draft, on=on)
    _hold_to_contact(entry, answers, draft)
    return replace(
        entry,
        notes=tuple(_once(draft.notes)),
        questions=tuple(draft.questions),
        refusals=_refusals(entry, cells, frame, answers),
    )


def _once(reasons: list[Reason]) -> list[Reason]:
    return [one for place, one in enumerate(reasons) if one not in reasons[:place]]


def _by_meaning(row: SheetRow, layout: Layout) -> dict[Meaning, str]:
    return {
        one.meaning: _unquoted(cell_at(row, one.place)) for one in layout.columns if one.meaning
    }


def _unquoted(cell: str) -> str:
    """Leave out a quote that was opened or closed only."""
    return cell.strip('"') if cell.count('"') == 1 else cell


def _fingerprint(cells: Mapping[Meaning, str], key: bytes) -> str:
    """Make a mark by which this row is known again; without the server's key it tells nothing."""
    told = sorted(
        f"{meaning}={plain(cell).casefold()}"
        for meaning, cell in cells.items()
        if meaning not in {Meaning.NUMBER, Meaning.COMMENT} and plain(cell)
    )
    return hmac.new(key, "\x1f".join(told).encode(), hashlib.sha256).hexdigest()


def _answered(text: str) -> Name | None:
    """Read a name that a coordinator chose or typed: its parts between bars, or words."""
    if "|" in text:
        parts = [part.strip() for part in text.split("|")][:3]
        return Name(*parts) if len(parts) > 1 and parts[1] else None
    return None


def _guardian(
    cells: Mapping[Meaning, str], frame: Frame, answers: Answers, draft: _Draft
) -> Individual | None:
    said = answers.get("guardian", "")
    chosen = _answered(said)
    if chosen is not None:
        return Individual(chosen.family_name, chosen.given_name, chosen.patronymic)
    text = said if said and said != WITHOUT else cells.get(Meaning.GUARDIAN, "")
    if not plain(text):
        read = _named_apart(
            cells,
            (Meaning.GUARDIAN_FAMILY, Meaning.GUARDIAN_GIVEN, Meaning.GUARDIAN_PATRONYMIC),
        )
    else:
        column = frame.layout.column(Meaning.GUARDIAN)
        child = cells.get(Meaning.PERSON, "") + " " + cells.get(Meaning.FAMILY, "")
        families = tuple(word for word in re.split(r"[\s,;/]+", plain(child)) if len(word) > 2)
        evidence = Evidence(families, column.order if column else "")
        read = read_name(text, evidence, is_child=False)
    if not read.names:
        return None
    draft.notes += [_of_guardian(note) for note in read.notes]
    if read.doubt and said != WITHOUT:
        options = tuple(f"{n.family_name}|{n.given_name}|{n.patronymic}" for n in read.options)
        draft.questions.append(Question("guardian", _of_guardian(read.doubt), options))
    name = read.names[0]
    return Individual(name.family_name, name.given_name, name.patronymic)


def _of_guardian(reason: Reason) -> Reason:
    return Reason(reason.code, {**reason.values, "whose": "guardian"})


def _named_apart(
    cells: Mapping[Meaning, str],
    parts: tuple[Meaning, Meaning, Meaning],
    families: tuple[str, ...] = (),
) -> NameReading:
    """Read a name whose parts stand in columns of their own; words in a wrong column are shown.

    Only the family name of the guardian beside it makes it certain that two columns were confused.
    """
    texts = [plain(cells.get(part, "")) for part in parts]
    if not any(text for text in texts if not is_nothing(text)):
        return NameReading()
    whole = " ".join(text for text in texts if not is_nothing(text))
    read = read_name(whole, Evidence(families, "family_first"), is_child=False)
    is_turned = bool(read.names) and fold(read.names[0].family_name) == fold(texts[1])
    if not (texts[0] and texts[1] and is_turned):
        return read
    name = read.names[0]
    if any(is_kin(name.family_name, family) for family in families):
        return read
    options = (name, Name(name.given_name, name.family_name, name.patronymic))
    return replace(read, options=options, doubt=Reason("import_name_order", {"text": whole}))


def _child_names(
    cells: Mapping[Meaning, str],
    frame: Frame,
    guardian: Individual | None,
    answers: Answers,
    draft: _Draft,
) -> tuple[Name, ...]:
    chosen = _answered(answers.get("name", ""))
    if chosen is not None:
        return (chosen,)
    families = (guardian.family_name,) if guardian and guardian.family_name else ()
    text = answers.get("name", "") or cells.get(Meaning.PERSON, "")
    if plain(text):
        column = frame.layout.column(Meaning.PERSON)
        read = read_name(text, Evidence(families, column.order if column else ""))
    else:
        parts = (Meaning.FAMILY, Meaning.GIVEN, Meaning.PATRONYMIC)
        read = _named_apart(cells, parts, families)
    extra = plain(cells.get(Meaning.PATRONYMIC, ""))
    names = read.names
    if len(names) == 1 and extra and not names[0].patronymic and not is_nothing(extra):
        names = (replace(names[0], patronymic=extra[:1].upper() + extra[1:].lower()),)
    draft.notes += read.notes
    if read.doubt and not (len(names) > 1 and answers.get("children") == "split"):
        options = tuple(f"{n.family_name}|{n.given_name}|{n.patronymic}" for n in read.options)
        about = "children" if len(names) > 1 else "name"
        draft.questions.append(Question(about, read.doubt, options))
    return names


def _contact(
    cells: Mapping[Meaning, str], first: Meaning, second: Meaning, answers: Answers, draft: _Draft
) -> str:
    """Read a way to reach somebody, from the second column where the first has none."""
    read = read_phone if first is Meaning.PHONE else read_email
    about = str(first)
    said = answers.get(about, "")
    if said == WITHOUT:
        return ""
    main = read(said or cells.get(first, ""))
    other = read(cells.get(second, ""))
    if not main.value and other.value and not said:
        draft.notes += other.notes
        return other.value
    return draft.take(main, about)


def _birth_dates(
    cells: Mapping[Meaning, str],
    frame: Frame,
    names: tuple[Name, ...],
    answers: Answers,
    draft: _Draft,
) -> list[date | None]:
    text = cells.get(Meaning.BIRTH_DATE, "")
    if len(names) < 2:
        said = answers.get("birth_date", "")
        read = read_date(said or text)
        read = by_day(read) if frame.is_day_first else read
        value = draft.take(read, "birth_date")
        return [date.fromisoformat(value) if value else None for _name in names]
    found = find_dates(text)
    days: list[date | None] = []
    for number in range(len(names)):
        about = f"birth_date_{number + 1}" if number else "birth_date"
        said = read_date(answers.get(about, "")).value
        value = said or (found[number] if len(found) == len(names) else "")
        days.append(date.fromisoformat(value) if value else None)
    if answers.get("children") == "split" and not all(days):
        draft.questions.append(Question("children", Reason("import_birth_date_missing")))
    return days


def _relation(cells: Mapping[Meaning, str], frame: Frame, guardian: Individual | None) -> str:
    """Tell mother and father where the sheet says that a parent is meant; else the neutral word."""
    column = frame.layout.column(Meaning.GUARDIAN) or frame.layout.column(Meaning.GUARDIAN_GIVEN)
    if guardian is None or column is None or not column.is_of_parent:
        return "legal_representative"
    said = cells.get(Meaning.PHONE, "").casefold()
    gender = gender_of(guardian.name)
    if gender == "female" or (not gender and "мам" in said):
        return "mother"
    return "father" if gender == "male" or "тат" in said else "legal_representative"


def _directions(text: str) -> tuple[str, ...]:
    """Find the directions of a cell: a form with several ticks joins them by commas.

    >>> _directions("Scratch, Python"), _directions("-")
    (('Scratch', 'Python'), ())
    """
    parts = [part.strip() for part in re.split(r"[,;\n+]|\s/\s", text) if not is_nothing(part)]
    return tuple(dict.fromkeys(" ".join(part.split()) for part in parts))


def _hold_to_ages(
    entry: Entry,
    cells: Mapping[Meaning, str],
    frame: Frame,
    answers: Answers,
    draft: _Draft,
    *,
    on: date,
) -> None:
    """Ask about birth dates that nobody can have, that contradict, or that are a parent's own."""
    asked = {question.field for question in draft.questions}
    if len(entry.children) != 1 or (
        asked & {"birth_date", "name", "children"} and not entry.children
    ):
        return
    born = entry.children[0].birth_date
    is_said = bool(answers.get("birth_date"))
    if born is None:
        if "birth_date" not in asked and (frame.is_of_children or entry.guardian):
            draft.questions.append(Question("birth_date", Reason("import_birth_date_missing")))
        return
    age = age_on(born, on)
    doubt = None if is_said else _odd_age(age, entry, cells, frame)
    if born > on or age > 110:
        doubt = Reason("import_birth_date_ahead", {"day": born})
    if doubt is not None:
        draft.questions.append(Question("birth_date", doubt, (born.isoformat(),)))
    elif age >= ADULT_AGE:
        draft.notes.append(Reason("import_of_age", {"age": age}))
    elif entry.guardian is None and "guardian" not in asked:
        draft.questions.append(Question("guardian", Reason("import_guardian_missing")))


def _odd_age(age: int, entry: Entry, cells: Mapping[Meaning, str], frame: Frame) -> Reason | None:
    values = {"age": age}
    own_from = OWN_DATE_FROM_WITH_GUARDIAN if entry.guardian else OWN_DATE_FROM
    if frame.is_of_children and age >= own_from:
        return Reason("import_parents_date", values)
    if frame.is_of_children and 0 <= age < YOUNGEST:
        return Reason("import_too_small", values)
    said = re.match(r"\d{1,2}", plain(cells.get(Meaning.AGE, "")))
    if said and 3 <= int(said[0]) <= 99 and abs(int(said[0]) - age) >= 2:
        return Reason("import_age_differs", {**values, "said": int(said[0])})
    return None


def _hold_to_contact(entry: Entry, answers: Answers, draft: _Draft) -> None:
    phone, email = entry.contact
    asked = {question.field for question in draft.questions}
    is_left = WITHOUT in {answers.get("phone"), answers.get("email")}
    if (
        entry.children
        and not phone
        and not email
        and not asked & {"phone", "email"}
        and not is_left
    ):
        draft.questions.append(Question("phone", Reason("import_no_contact")))


def _refusals(
    entry: Entry, cells: Mapping[Meaning, str], frame: Frame, answers: Answers
) -> tuple[Reason, ...]:
    if answers.get("leave"):
        return (Reason("import_left_out"),)
    if not entry.children:
        return (Reason("import_no_name"),)
    if entry.has_consent:
        return ()
    if frame.layout.place(Meaning.CONSENT) is None:
        return (Reason("import_no_consent_column"),)
    said = plain(cells.get(Meaning.CONSENT, ""))
    if not said:
        return (Reason("import_no_consent"),)
    if read_yes(said) is False:
        return (Reason("import_consent_refused"),)
    return (Reason("import_consent_unclear", {"text": said[:60]}),)
