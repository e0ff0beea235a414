"""What a heading says of its column: whose name, which part of it, or any other meaning."""

# ruff: noqa: E501  (tables of words are read better in one line)

import re
from enum import StrEnum

from lms.imports.names import FAMILY_FIRST, GIVEN_FIRST, UNKNOWN
from lms.imports.values import plain


class Meaning(StrEnum):
    """What a column holds. Only what the work needs is stored; the rest is for the eye."""

    NUMBER = "number"
    SENT_AT = "sent_at"
    PERSON = "person_name"
    FAMILY = "family_name"
    GIVEN = "given_name"
    PATRONYMIC = "patronymic"
    BIRTH_DATE = "birth_date"
    AGE = "age"
    GUARDIAN = "guardian_name"
    GUARDIAN_FAMILY = "guardian_family_name"
    GUARDIAN_GIVEN = "guardian_given_name"
    GUARDIAN_PATRONYMIC = "guardian_patronymic"
    PHONE = "phone"
    OTHER_PHONE = "other_phone"
    EMAIL = "email"
    OTHER_EMAIL = "other_email"
    DIRECTION = "direction"
    CONSENT = "consent"
    PHOTOGRAPHS = "consent_photographs"
    SCHOOL_CLASS = "school_class"
    RESIDENCE = "residence"
    ORIGIN = "origin"
    COMPUTER = "computer"
    COMMENT = "comment"


ADULT = r"батьк(?!ові)|матер|матір|мати|мам[аиу]|тат[аоу]|опік|законн|представник|дорослого|родич|контактн\w* особ|parent|guardian|mother|father|родител"
CHILD = r"дитин|дітей|діти|учн|учен|вихован|слухач|участни|учасни|child|kid|student|pupil|learner|participant|реб[её]н"
FULL = r"п\.?\s?і\.?\s?[бп]|ф\.?\s?[иі]\.?\s?[об]|прізв\w*.{0,14}ім|ім.{0,12}прізв|повне ім|full name|name and surname|family and first"
HEADINGS: tuple[tuple[Meaning, str], ...] = (
    (Meaning.PHOTOGRAPHS, r"фото|відео(?!монт)|зйомк|photo|video|picture"),
    (Meaning.CONSENT, r"згод|погодж|оброб\w* (перс|дан)|персональн|consent|agree|gdpr|соглас|дозвіл|дозволяю"),
    (Meaning.EMAIL, r"e-?\s?mail|е-?\s?мейл|е-?\s?mail|пошт|імейл|мейл|ел\.?\s?адрес|електронна адрес"),
    (Meaning.PHONE, r"тел(еф|\.|\b)|моб(іл|\.|\b)|номер для зв|phone|mobile|cell\b|viber|вайбер|whatsapp|контактн\w* номер|^контакти?$|^номер$"),
    (Meaning.BIRTH_DATE, r"народж|рожд|birth|^\s*д\.?\s?[нр]\.?\s*$|dob\b|^дата нар|\bд/н\b|день народ"),
    (Meaning.SENT_AT, r"позначка часу|timestamp|час (заповн|відправ|подан|реєстр)|дата (заповн|подан|реєстр|заявк|відправ)|отметка времени|коли (надісл|подан)|submitted|отриман"),
    (Meaning.COMMENT, r"комент|примітк|побажан|додатков|запитан|питання|нотатк|comment|note|remark|message|щось ще|особливост|алерг|здоров|примечан"),
    (Meaning.COMPUTER, r"комп.{0,3}ютер(?!н)|ноутбук|пристрій|гаджет|computer|laptop|device|технік"),
    (Meaning.DIRECTION, r"напрям|курс(?!и вал)|гурток|груп[аиу]|предмет|програм[аиу]|модул|direction|course|programme|program\b|що обира|обираєте|track|заняття"),
    (Meaning.AGE, r"скільки років|^\W*вік\b|повних років|\bage\b|how old|возраст|^років"),
    (Meaning.SCHOOL_CLASS, r"клас(?!и|т)|\bgrade\b|школ[аиі]|school|курс навчання|навчальний заклад|заклад освіти"),
    (Meaning.ORIGIN, r"звідки|вимушен|переселен|впо\b|до війни|постійн\w* (місц|прож)|where from|origin|прописк"),
    (Meaning.RESIDENCE, r"жив(ете|е\b)|прожив|місто|населен|місце|адрес|де ви|регіон|область|громад|city|town|where do|location|address|країна"),
    (Meaning.NUMBER, r"^\s*(№|#|n|no|num|п/п|№\s?п/п|id|номер з/п|№\s?з/п)\.?\s*$"),
)  # fmt: skip


def normal(heading: str) -> str:
    """Bring a heading to the form in which words are looked for."""
    text = plain(heading).casefold().replace("'", "’").replace("ʼ", "’").replace("`", "’")
    if re.search(r"[а-яґєії]", text):
        text = "".join(
            " ".join(word.translate(str.maketrans("aceiopxy", "асеіорху")) if re.search(r"[а-яґєії]", word) else word for word in text.split())
        )  # fmt: skip
    return text.strip(" :*.?!")


def _name_meaning(text: str) -> tuple[Meaning | None, str]:
    """Tell a heading about names: whose, which part, and in which order."""
    is_adult = re.search(ADULT, text) is not None and not _is_child_of(text)
    is_full = re.search(FULL, text) is not None
    family, given = re.search(r"прізвищ|surname|last name|family|фамил", text), re.search(r"\bім.?я\b|імен|first name|given|\bимя\b|як звати", text)  # fmt: skip
    fathers = re.search(r"по[ -]?батькові|patronymic|middle|отчество", text)
    order = UNKNOWN
    if family and given:
        order = FAMILY_FIRST if family.start() < given.start() else GIVEN_FIRST
    elif is_full:
        order = FAMILY_FIRST
    if is_full or (family and given):
        return (Meaning.GUARDIAN if is_adult else Meaning.PERSON), order
    if fathers:
        return (Meaning.GUARDIAN_PATRONYMIC if is_adult else Meaning.PATRONYMIC), order
    if family:
        return (Meaning.GUARDIAN_FAMILY if is_adult else Meaning.FAMILY), order
    if is_adult:
        is_part = given and not re.search(r"\bname\b", text)
        return (Meaning.GUARDIAN_GIVEN if is_part else Meaning.GUARDIAN), order
    if given:
        return Meaning.GIVEN, order
    if re.search(CHILD, text) or re.search(r"\bname\b|^хто\b", text):
        return Meaning.PERSON, order
    return None, order


def _is_child_of(text: str) -> bool:
    """Tell «Прізвище, ім’я, по батькові дитини» from a column about parents."""
    bare = re.sub(r"по[ -]?батькові", "", text)
    return not re.search(ADULT, bare)


def meaning_of(text: str) -> tuple[Meaning | None, str]:
    """Tell what a heading means, and in which order names stand under it."""
    name, order = _name_meaning(text)
    has_parts = re.search(r"прізвищ|\bім.?я\b|" + FULL, text) is not None
    if name is not None and has_parts and not re.search(r"згод|персональн|тел\.|телеф|e-?mail|пошт", text):  # fmt: skip
        return name, order
    for meaning, pattern in HEADINGS:
        if re.search(pattern, text):
            return meaning, UNKNOWN
    return name, order
