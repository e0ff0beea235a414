"""The words of a letter's state."""

from flask_babel import lazy_gettext as _l

from lms.letters.models import LetterState

STATE_LABELS = {
    LetterState.WAITING: _l("waits to be sent"),
    LetterState.SENDING: _l("is being sent"),
    LetterState.SENT: _l("sent"),
    LetterState.UNSURE: _l("unknown whether it left"),
    LetterState.FAILED: _l("not sent"),
    LetterState.HELD_BACK: _l("held back by the contact rule"),
    LetterState.TAKEN_BACK: _l("taken back"),
    LetterState.QUARANTINED: _l("too many at once: waits for your word"),
}
STATE_TONES = {
    LetterState.SENT: "good",
    LetterState.UNSURE: "warn",
    LetterState.FAILED: "bad",
    LetterState.QUARANTINED: "warn",
    LetterState.HELD_BACK: "quiet",
    LetterState.TAKEN_BACK: "quiet",
}
