"""Write the next migration from the difference between models and migrations.

Usage: python -m tools.migration NAME   (NAME says what it does, e.g. add_offers)
"""

import re
import sys
import tempfile

from alembic import command
from alembic.script import ScriptDirectory

from lms.app import create_app
from lms.cli import alembic_config


def main() -> None:
    name = sys.argv[1]
    if not re.fullmatch(r"[a-z][a-z0-9_]+", name):
        sys.exit("a name of small letters and underscores, please")
    with tempfile.TemporaryDirectory() as folder:
        settings = {"LMS_DEMONSTRATION": True, "LMS_JOBS": "inline", "LMS_DATA": folder}
        with create_app(settings).app_context():
            config = alembic_config()
            command.upgrade(config, "heads")
            known = list(ScriptDirectory.from_config(config).walk_revisions())
            number = f"{len(known) + 1:04d}"
            config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
            command.revision(config, message=name, autogenerate=True, rev_id=number)


if __name__ == "__main__":
    main()
