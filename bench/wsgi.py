"""The application that gunicorn serves while it is measured."""

from bench import probe
from lms.app import create_app

app = create_app(plugins_beside={"bench": probe})
probe.count_queries(app)
