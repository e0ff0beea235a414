"""Who mentors are for the network: their reporting category and a few words about them."""

from datetime import date
from enum import StrEnum

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.db import Base, one_of
from lms.people.models import PERSONAL, Person


class Category(StrEnum):
    """The category under which a mentor is counted once a year."""

    IT_SPECIALIST = "it_specialist"
    TEACHER = "teacher"
    STUDENT = "student"
    LIBRARIAN = "librarian"


class MentorProfile(Base):
    """A mentor's category and since when; hours are counted from sessions, never typed."""

    __tablename__ = "mentor_profile"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), unique=True)
    category: Mapped[Category] = mapped_column(one_of(Category))
    since: Mapped[date]
    skills: Mapped[str] = mapped_column(String(300), default="", info=PERSONAL)

    person: Mapped[Person] = relationship()
