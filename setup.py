"""Compiles the translations while a wheel is built; everything else stands in pyproject.toml."""

from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from setuptools import setup
from setuptools.command.build_py import build_py


class BuildWithTranslations(build_py):
    """Write each catalogue's .mo beside its .po before the files are collected."""

    def run(self) -> None:
        """Compile, then build."""
        for catalogue in Path("lms/translations").glob("*/LC_MESSAGES/*.po"):
            with catalogue.open("rb") as source:
                messages = read_po(source, locale=catalogue.parts[-3])
            with catalogue.with_suffix(".mo").open("wb") as target:
                write_mo(target, messages)
        super().run()


setup(cmdclass={"build_py": BuildWithTranslations})
