"""The account of a dry run in plain values: for the command line, and for a page to draw."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from lms.contracts import Reason
from lms.i18n import say
from lms.imports.cleaning import Individual
from lms.imports.planning import Planned, with_changes_said
from lms.imports.services import Dry


def person_values(person: Individual | None) -> dict[str, str | None]:
    """Say who somebody is; what is not known is ``None``."""
    known = person or Individual()
    return {
        "family_name": known.family_name or None,
        "given_name": known.given_name or None,
        "patronymic": known.patronymic or None,
        "birth_date": known.birth_date.isoformat() if known.birth_date else None,
        "phone": known.phone or None,
        "email": known.email or None,
    }


def for_programs(dry: Dry) -> dict[str, Any]:
    """Give the account as ``lms import --format json`` prints it."""
    return {
        "columns": dry.layout.by_heading,
        "rows": [_row(with_changes_said(one)) for one in dry.rows],
        "summary": dry.counts,
    }


def _row(one: Planned) -> dict[str, Any]:
    children = one.entry.children
    row: dict[str, Any] = {
        "row": one.entry.number,
        "status": str(one.status),
        "reasons": [say(reason) for reason in one.all_reasons],
        "codes": [reason.code for reason in one.all_reasons],
        "person": person_values(children[0] if children else None),
        "guardian": person_values(one.entry.guardian) if one.entry.guardian else None,
    }
    if len(children) > 1:
        row["others"] = [person_values(child) for child in children[1:]]
    return row


def for_page(dry: Dry) -> dict[str, Any]:
    """Give the account with questions and comments, as it lies in the drawer until the import."""
    return {
        "columns": [
            {
                "heading": column.heading,
                "meaning": str(column.meaning) if column.meaning else "",
                "confidence": column.confidence,
            }
            for column in dry.layout.columns
        ],
        "counts": dry.counts,
        "directions": dry.directions,
        "rows": [_page_row(with_changes_said(one)) for one in dry.rows],
    }


def _page_row(one: Planned) -> dict[str, Any]:
    entry = one.entry
    asked = [question.reason for question in one.questions]
    return {
        "row": entry.number,
        "status": str(one.status),
        "reasons": [pack(reason) for reason in one.all_reasons if reason not in asked],
        "names": [child.name.full for child in entry.children],
        "births": [str(child.birth_date or "") for child in entry.children],
        "guardian": entry.guardian.name.full if entry.guardian else "",
        "phone": entry.contact[0],
        "email": entry.contact[1],
        "directions": list(entry.directions),
        "comment": entry.comment,
        "questions": [
            {
                "field": question.field,
                "reason": pack(question.reason),
                "options": list(question.options),
            }
            for question in one.questions
        ],
        "lacks_consent": lacks_consent(one),
    }


def lacks_consent(one: Planned) -> bool:
    """Tell whether a row is kept out only because nobody has consented yet."""
    codes = {reason.code for reason in one.entry.refusals}
    return codes == {"import_no_consent"}


def pack(reason: Reason) -> dict[str, Any]:
    """Make plain values of a reason."""
    values = {
        key: {"day": value.isoformat()} if isinstance(value, date) else value
        for key, value in reason.values.items()
    }
    return {"code": reason.code, "values": values}


def unpack(packed: Mapping[str, Any]) -> Reason:
    """Make a reason of its plain values again."""
    values = {
        key: date.fromisoformat(value["day"]) if isinstance(value, dict) else value
        for key, value in packed["values"].items()
    }
    return Reason(packed["code"], values)
