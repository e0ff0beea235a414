"""What the people slice gives to the suite."""

from collections.abc import Mapping

from flask import Blueprint

from lms.contracts import MenuItem, RoleName, Sentence
from lms.hookspecs import hook
from lms.people import cli, pages, views
from lms.people.sentences import SENTENCES


@hook
def register_blueprints() -> list[Blueprint]:
    """Give signing in, the pages about people, and their commands."""
    return [views.bp, pages.bp]


@hook
def register_sentences() -> Mapping[str, Sentence]:
    """Give the sentences of clearance, links and limits."""
    return SENTENCES


@hook
def menu_items(person: object) -> list[MenuItem]:
    """Give the coordinator the list of people."""
    return pages.menu(person)


__all__ = ["RoleName", "cli"]
