"""One plug-in manager per application: finds slices by entry point and answers for their hooks."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import entry_points
from types import ModuleType
from typing import Any

import pluggy
from flask import current_app
from flask_babel import lazy_gettext as _l

from lms import hookspecs
from lms.contracts import AwardKind, Eraser, Indicator, JobKind, LMSError, Sentence

GROUP = "lms"

# What a page calls a bundled slice that was switched off, and the first part of its addresses.
BUNDLED_LABELS: Mapping[str, Any] = {
    "certificates": _l("Certificates"),
    "mentors": _l("Mentors"),
    "hub": _l("Digital hub"),
    "events": _l("Events"),
    "reports": _l("Reports"),
}


class PluginFault(LMSError):
    """A plug-in cannot be taken in as it is."""

    code = "plugin_fault"


@dataclass
class Suite:
    """All that the plug-ins of one application gave; lives in ``app.extensions['lms']``."""

    manager: pluggy.PluginManager
    off: frozenset[str]
    kinds: dict[str, Any] = field(default_factory=dict)
    awards: dict[str, AwardKind] = field(default_factory=dict)
    indicators: dict[str, Indicator] = field(default_factory=dict)
    jobs: dict[str, JobKind] = field(default_factory=dict)
    sentences: dict[str, Sentence] = field(default_factory=dict)
    erasers: list[Eraser] = field(default_factory=list)
    workers: list[Any] = field(default_factory=list)

    @property
    def names(self) -> list[str]:
        """Names of the plug-ins that are on, in order of their registration."""
        return [name for name, plugin in self.manager.list_name_plugin() if plugin is not None]


def load_suite(off: frozenset[str], plugins: Mapping[str, ModuleType | object] | None) -> Suite:
    """Find the plug-ins by entry point (or take those given as well) and check their hooks.

    :param plugins: further plug-ins by name, beside those installed (used by tests and embedders).
    :raises PluginFault: when a hook or one of its arguments is misspelt, or two share a name.
    """
    manager = pluggy.PluginManager(GROUP)
    manager.add_hookspecs(hookspecs)
    found: dict[str, Any] = {}
    for point in sorted(entry_points(group=GROUP), key=lambda point: point.name):
        if point.name not in off:
            found[point.name] = point.load()
    for name, plugin in (plugins or {}).items():
        if name in found:
            raise PluginFault(f"two plug-ins are called {name}")
        found[name] = plugin
    try:
        for name, plugin in found.items():
            manager.register(plugin, name)
        manager.check_pending()
    except (pluggy.PluginValidationError, ValueError) as error:
        raise PluginFault(str(error)) from error
    return Suite(manager=manager, off=off)


def gather(suite: Suite) -> None:
    """Ask each ``register_…`` hook once and keep the answers by key.

    :raises PluginFault: when two plug-ins give the same key.
    """
    hook = suite.manager.hook
    _collect(suite.kinds, hook.register_programme_kinds(), "programme kind")
    _collect(suite.awards, hook.register_award_kinds(), "award kind")
    _collect(suite.indicators, hook.register_indicators(), "indicator")
    _collect(suite.jobs, hook.register_jobs(), "job kind")
    suite.erasers += [eraser for answer in hook.register_erasers() for eraser in answer]
    for sentences in hook.register_sentences():
        for code, sentence in sentences.items():
            if code in suite.sentences:
                raise PluginFault(f"two plug-ins give a sentence for {code}")
            suite.sentences[code] = sentence


def _collect(into: dict[str, Any], answers: Iterable[Iterable[Any]], what: str) -> None:
    for answer in answers:
        for item in answer:
            if item.key in into:
                raise PluginFault(f"two plug-ins give the {what} {item.key}")
            into[item.key] = item


def suite() -> Suite:
    """Answer the plug-ins of the current application."""
    found: Suite = current_app.extensions["lms"]
    return found


def hooks() -> Any:
    """Answer the hooks of the current application; services call higher slices by these only."""
    return suite().manager.hook


def is_on(name: str) -> bool:
    """Tell whether a slice is part of this application."""
    return suite().manager.has_plugin(name)


def missing_labels() -> tuple[str, ...]:
    """Name the bundled slices that are switched off, in the language of the request."""
    return tuple(str(label) for name, label in BUNDLED_LABELS.items() if not is_on(name))
