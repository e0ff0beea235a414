"""The command line as a module: ``python -m lms``."""

from lms.cli import main

if __name__ == "__main__":
    main()
