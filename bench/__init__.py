"""How quick the program is, measured over HTTP on a database of its own: ``./run bench``."""
