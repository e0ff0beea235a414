"""The learning-management suite of a library that travels: a Flask application made of plug-ins."""
