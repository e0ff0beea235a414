"""The factory: find plug-ins, read settings, bind extensions and blueprints, check; nothing else."""

import os
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from flask import Flask, Response, request
from flask_bootstrap import Bootstrap5
from flask_compress import Compress
from flask_wtf import CSRFProtect
from werkzeug.exceptions import NotFound
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter

from lms import access, core, erasers, plugins, settings, ui
from lms.db import begin_write, init_db
from lms.i18n import init_i18n
from lms.jobs import init_jobs, start_worker
from lms.mail import init_mail
from lms.plugins import Suite

LARGEST_ROW = 2**31 - 1


class RowId(IntegerConverter):
    """The number of a row in an address; what no row can have is no address at all."""

    regex = "[1-9][0-9]{0,9}"

    def to_python(self, value: str) -> int:
        """Read the number.

        :raises NotFound: rather than werkzeug's ValidationError, which becomes a 405 where the
            address has another method too.
        """
        number = int(value)
        if number > LARGEST_ROW:
            raise NotFound
        return number


SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}


def create_app(
    overrides: Mapping[str, Any] | None = None,
    *,
    plugins_beside: Mapping[str, Any] | None = None,
    environ: Mapping[str, str] | None = None,
) -> Flask:
    """Make an application with its own plug-ins, settings and state.

    :param overrides: settings (``LMS_…``) and Flask configuration that win over the environment.
    :param plugins_beside: further plug-ins by name, beside those installed.
    :param environ: the environment to read; the process's own by default.
    :raises LMSError: when a setting, a plug-in or a route is not fit to start with.
    """
    environ = os.environ if environ is None else environ
    config = settings.read_settings(environ) | dict(overrides or {})
    suite = plugins.load_suite(config["LMS_PLUGINS_OFF"], plugins_beside)
    extra = [item for group in suite.manager.hook.register_settings() for item in group]
    config = settings.read_settings(environ, extra) | dict(overrides or {})
    settings.check_settings(config)

    app = Flask("lms", template_folder=str(ui.template_folder()), static_folder="static")
    app.config.from_mapping(_flask_config(config))
    app.config.from_mapping(config)
    app.extensions["lms"] = suite
    app.url_map.converters["int"] = RowId
    if app.config["LMS_PROXIES"]:
        hops = app.config["LMS_PROXIES"]
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]

    init_db(app)
    _bind_extensions(app)
    plugins.gather(suite)
    _register_blueprints(app, suite)
    ui.init_ui(app)
    app.before_request(access.guard)
    access.refuse_undeclared(app)
    erasers.refuse_unerasable(suite)
    if app.config["LMS_JOBS"] == "embedded" and not app.testing:
        start_worker(app)
    return app


def _flask_config(config: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "SECRET_KEY": config["LMS_SECRET_KEY"],
        "SQLALCHEMY_DATABASE_URI": settings.database_url(config),
        "SQLALCHEMY_ENGINE_OPTIONS": {},
        "SESSION_COOKIE_NAME": "lms",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": config["LMS_HTTPS"],
        "PERMANENT_SESSION_LIFETIME": timedelta(days=config["LMS_SIGNED_IN_DAYS"]),
        "MAX_CONTENT_LENGTH": 2 * 1024 * 1024,
        "MAX_FORM_MEMORY_SIZE": 2 * 1024 * 1024,
        "MAX_FORM_PARTS": 5000,
        "WTF_CSRF_TIME_LIMIT": None,
        "BOOTSTRAP_SERVE_LOCAL": True,
        "COMPRESS_MIMETYPES": [
            "text/html",
            "text/css",
            "text/javascript",
            "application/json",
            "image/svg+xml",
        ],
        "COMPRESS_ALGORITHM": ["gzip"],
        "COMPRESS_LEVEL": 4,
        "TEMPLATES_AUTO_RELOAD": False,
    }


def _bind_extensions(app: Flask) -> None:
    # First of all: a request that may write takes its place in SQLite's queue of writers.
    app.before_request(_open_transaction)
    init_i18n(app)
    CSRFProtect(app)
    Bootstrap5(app)
    Compress(app)
    init_mail(app)
    init_jobs(app)


def _open_transaction() -> Response | None:
    if request.method not in SAFE_METHODS:
        begin_write()
    return None


def _register_blueprints(app: Flask, suite: Suite) -> None:
    app.register_blueprint(core.bp)
    for group in suite.manager.hook.register_blueprints():
        for blueprint in group:
            app.register_blueprint(blueprint)
    for endpoint in ("static", "bootstrap.static"):
        app.view_functions[endpoint] = access.public(_static(app.view_functions[endpoint]))


def _static(view: Any) -> Any:
    def serve(**values: Any) -> Any:
        return view(**values)

    return serve
