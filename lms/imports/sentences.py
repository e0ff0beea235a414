"""What importing calls its words, and the sentences of its reasons."""

# ruff: noqa: E501  (a sentence stands whole)

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from lms.contracts import Sentence
from lms.i18n import say_day
from lms.imports.columns import Meaning
from lms.imports.models import ImportState
from lms.imports.planning import Status

STATUS_LABELS: Mapping[Status, Any] = {
    Status.NEW: _l("new"),
    Status.KNOWN: _l("known"),
    Status.CHANGED: _l("changed"),
    Status.DECIDE: _l("needs a decision"),
    Status.REFUSED: _l("not imported"),
}
STATUS_TONES: Mapping[Status, str] = {
    Status.NEW: "good",
    Status.KNOWN: "quiet",
    Status.CHANGED: "plain",
    Status.DECIDE: "warn",
    Status.REFUSED: "bad",
}
STATE_LABELS: Mapping[ImportState, Any] = {
    ImportState.READ: _l("columns to look at"),
    ImportState.TRYING: _l("being looked through"),
    ImportState.READY: _l("waits for your word"),
    ImportState.IMPORTING: _l("being imported"),
    ImportState.DONE: _l("imported"),
    ImportState.UNDONE: _l("taken back"),
    ImportState.DROPPED: _l("given up"),
    ImportState.FAILED: _l("failed, nothing was imported"),
}
MEANING_LABELS: Mapping[Meaning, Any] = {
    Meaning.PERSON: _l("Name of the child or learner"),
    Meaning.FAMILY: _l("Family name of the child"),
    Meaning.GIVEN: _l("First name of the child"),
    Meaning.PATRONYMIC: _l("Patronymic of the child"),
    Meaning.BIRTH_DATE: _l("Birth date"),
    Meaning.GUARDIAN: _l("Name of the guardian"),
    Meaning.GUARDIAN_FAMILY: _l("Family name of the guardian"),
    Meaning.GUARDIAN_GIVEN: _l("First name of the guardian"),
    Meaning.GUARDIAN_PATRONYMIC: _l("Patronymic of the guardian"),
    Meaning.PHONE: _l("Telephone"),
    Meaning.OTHER_PHONE: _l("Second telephone"),
    Meaning.EMAIL: _l("E-mail"),
    Meaning.OTHER_EMAIL: _l("Second e-mail"),
    Meaning.CONSENT: _l("Consent for taking part"),
    Meaning.PHOTOGRAPHS: _l("Consent for photographs"),
    Meaning.DIRECTION: _l("Direction"),
    Meaning.SENT_AT: _l("When it was sent"),
    Meaning.AGE: _l("Age (only to compare, not kept)"),
    Meaning.COMMENT: _l("Comment (shown once, not kept)"),
    Meaning.SCHOOL_CLASS: _l("Class (not kept)"),
    Meaning.RESIDENCE: _l("Where they live (not kept)"),
    Meaning.ORIGIN: _l("Where they come from (not kept)"),
    Meaning.COMPUTER: _l("Computer (not kept)"),
    Meaning.NUMBER: _l("Number of the row (not kept)"),
}


def words(text: Any) -> Sentence:
    """Make a sentence of a text with places for values; days are said as days."""

    def say(values: Mapping[str, Any]) -> str:
        said = {
            key: say_day(value) if isinstance(value, date) else value
            for key, value in values.items()
        }
        told = str(text) % said
        if values.get("whose") != "guardian":
            return told
        whose = _("Guardian")
        return f"{whose}: {told}"

    return say


def _change(values: Mapping[str, Any]) -> str:
    text = _PHONE if values["field"] == "phone" else _EMAIL
    return str(text) % {"new": values["new"], "old": values["old"] or "–"}


_PHONE = _l("Another telephone: %(new)s instead of %(old)s.")
_EMAIL = _l("Another address: %(new)s instead of %(old)s.")

SENTENCES: Mapping[str, Sentence] = {
    "sheet_empty": words(_l("There is nothing in this file.")),
    "sheet_too_large": words(
        _l("The file is larger than %(most)s MB. Save only the sheet with applications, as CSV.")
    ),
    "sheet_old_excel": words(
        _l(
            "This is an old Excel file (.xls) or one locked with a password. Open it and save it as .xlsx or CSV."
        )
    ),
    "sheet_no_table": words(_l("This is no table. Bring a CSV or XLSX file.")),
    "sheet_damaged": words(
        _l(
            "This file can’t be read: it is damaged, or no table. Save it again as XLSX or CSV and bring it once more."
        )
    ),
    "sheet_too_long": words(_l("The sheet is longer than %(most)s rows. Divide it into parts.")),
    "sheet_too_wide": words(_l("The sheet has more than %(most)s columns.")),
    "sheet_cell_too_long": words(_l("A cell of row %(row)s holds more than %(most)s characters.")),
    "sheet_bomb": words(
        _l("Unpacked, this file would be far larger than any sheet. It was not opened.")
    ),
    "sheet_with_dtd": words(
        _l("This file holds instructions that no sheet needs (DTD). It was not read.")
    ),
    "sheet_other_archive": words(
        _l("This is an archive, but no XLSX sheet. Save the sheet as XLSX or CSV.")
    ),
    "import_sheet_gone": words(
        _l(
            "The sheet was removed from the server (it stays there for a day at most). Bring it again: what was imported is not imported twice."
        )
    ),
    "import_is_over": words(_l("This import is finished already.")),
    "import_no_rows": words(_l("There are headings in this file, but no rows.")),
    "import_no_such_module": words(_l("There is no such module that takes applications.")),
    "import_meaning_unknown": words(_l("There is no meaning called “%(text)s”.")),
    "import_heading_unknown": words(_l("The sheet has no column “%(text)s”.")),
    "import_touched": words(
        _l(
            "%(number)s of the people of this import have been worked with since (a place, a mark, a letter, a signing in, a correction). Nothing was removed; end their places one by one."
        )
    ),
    "import_not_done": words(_l("Only a finished import can be taken back.")),
    "import_not_ready": words(_l("Wait until the rows are looked through.")),
    "import_name_spaces": words(_l("Extra spaces were removed from the name.")),
    "import_name_signs": words(_l("Signs that are no part of a name were left out.")),
    "import_name_twins": words(_l("Latin look-alikes in the name became Ukrainian letters.")),
    "import_name_case": words(_l("Capital letters of the name were put right.")),
    "import_name_apostrophe": words(_l("The apostrophe became ’.")),
    "import_name_turned": words(_l("First name and family name stood the other way round.")),
    "import_name_by_heading": words(
        _l("Which word is the family name was taken from the column’s heading.")
    ),
    "import_name_double": words(_l("The family name was read as two words.")),
    "import_name_latin": words(_l("The name is written in Latin letters.")),
    "import_name_unclear": words(_l("Who this is can’t be told from “%(text)s”.")),
    "import_name_order": words(_l("Which word of “%(text)s” is the family name?")),
    "import_name_one_word": words(_l("Only one word stands for the name: “%(text)s”.")),
    "import_name_no_family": words(_l("“%(text)s” has no family name.")),
    "import_two_children": words(_l("Several children stand in one cell: %(names)s.")),
    "import_no_name": words(_l("No child is named in this row.")),
    "import_only_a_year": words(
        _l("“%(text)s” is only a year: the day and month of birth are needed.")
    ),
    "import_date_unclear": words(_l("“%(text)s” can’t be read as a date.")),
    "import_date_two_ways": words(
        _l("“%(text)s” can be read in two ways: which is the day and which the month?")
    ),
    "import_date_serial": words(_l("“%(text)s” was a spreadsheet’s number of a day.")),
    "import_date_by_day": words(
        _l("“%(text)s” is read with its day first, as in other rows of the column.")
    ),
    "import_birth_date_missing": words(_l("There is no birth date.")),
    "import_birth_date_ahead": words(_l("Nobody can be born on %(day)s.")),
    "import_parents_date": words(
        _l("By this birth date the child is %(age)s: perhaps a parent’s own date.")
    ),
    "import_too_small": words(_l("By this birth date the child is %(age)s.")),
    "import_age_differs": words(
        _l("By the birth date the child is %(age)s, the sheet says %(said)s.")
    ),
    "import_of_age": words(
        _l("Is of age (%(age)s): stands for themselves, and no guardian is tied to them.")
    ),
    "import_phone_unclear": words(_l("“%(text)s” can’t be a telephone number.")),
    "import_phone_second": words(_l("A second number is not kept: %(phone)s.")),
    "import_phone_eight": words(_l("The leading 8 was removed: %(phone)s.")),
    "import_phone_zero": words(
        _l("The zero that the spreadsheet swallowed was put back: %(phone)s.")
    ),
    "import_phone_foreign": words(_l("Read as a number of another country: %(phone)s.")),
    "import_email_unclear": words(_l("“%(text)s” is no e-mail address.")),
    "import_email_blanks": words(_l("Spaces were removed from the address: %(email)s.")),
    "import_email_letters": words(
        _l("Cyrillic look-alikes in the address became Latin: %(email)s.")
    ),
    "import_email_second": words(_l("A second address is not kept: %(email)s.")),
    "import_email_part_left": words(_l("Part of “%(text)s” is no address and was left out.")),
    "import_no_contact": words(_l("There is neither telephone nor e-mail.")),
    "import_guardian_missing": words(_l("Somebody under eighteen needs a guardian’s name.")),
    "import_guardian_not_tied": words(
        _l(
            "The library knows this child with another guardian: nobody new is tied to the child. A second guardian is invited by the first."
        )
    ),
    "import_guardian_known": words(_l("The guardian is known.")),
    "import_guardian_of_row": words(_l("The guardian is the one of row %(row)s.")),
    "import_child_known": words(_l("This person is known.")),
    "import_child_of_row": words(_l("The same person as in row %(row)s.")),
    "import_same_row": words(_l("The same row as row %(row)s.")),
    "import_repeats_row": words(_l("Repeats row %(row)s.")),
    "import_seen": words(_l("This row was imported before.")),
    "import_erased": words(
        _l(
            "The data of this person were erased since this row was imported; they are not brought back."
        )
    ),
    "import_perhaps_same": words(
        _l(
            "Perhaps the same child as %(name)s, who is known with the same birth date but with other adults and contacts."
        )
    ),
    "import_perhaps_spelt": words(
        _l("Perhaps %(name)s, spelt otherwise: the birth date is the same.")
    ),
    "import_same_date_missing": words(
        _l("Perhaps %(name)s of the same family: one of the birth dates is missing.")
    ),
    "import_same_other_date": words(_l("%(name)s of the same family has another birth date.")),
    "import_no_consent": words(
        _l("There is no consent: nothing of this row is kept until it comes.")
    ),
    "import_consent_refused": words(_l("Consent was refused: nothing of this row is kept.")),
    "import_consent_unclear": words(
        _l("“%(text)s” is no clear consent: nothing of this row is kept.")
    ),
    "import_no_consent_column": words(
        _l("No column of the sheet tells of consent: nothing is kept without it.")
    ),
    "import_left_out": words(_l("Left out by your decision.")),
    "import_row_aligned": words(
        _l("The row had a cell too many (a comma without quotes) and was put right.")
    ),
    "import_row_broken": words(_l("The cells of this row stand in wrong columns.")),
    "import_direction_unknown": words(_l("Which group is meant by “%(text)s”?")),
    "import_no_direction": words(_l("The row names no direction.")),
    "import_change": _change,
}
