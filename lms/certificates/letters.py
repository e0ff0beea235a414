"""The letter about a certificate that is ready: to the adult, or to the guardians of a child."""

from datetime import datetime

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from lms.certificates.models import Certificate
from lms.contracts import LetterKind
from lms.letters.rules import Draft, Text
from lms.letters.services import adults_for, write
from lms.letters.words import hello, my_page, once

CERTIFICATE = "certificate"


def tell_ready(certificate: Certificate, *, now: datetime) -> None:
    """Write once that a certificate is ready: two children of one group make one letter a day.

    Whoever must not be written to finds it on the page when they come, or asks for it.
    """
    person = certificate.person
    if person is None:
        return
    group = certificate.cohort_id or certificate.grounds.replace(":", ".")
    key = f"certificate-{group}-{certificate.issued_on:%Y%m%d}"
    readers = adults_for([person], on=now.date())[person.id]
    write(readers, Draft(CERTIFICATE, key, _ready), now=now)


def _ready() -> Text:
    return Text(
        _("A certificate is ready"),
        (
            hello(),
            _(
                "Congratulations! A certificate is ready. On your page you can look at it, print it "
                "and give its code to whoever asks whether it is genuine:"
            ),
            my_page(),
            once(),
        ),
    )


KINDS = (
    LetterKind(
        CERTIFICATE,
        _l("Certificate ready"),
        _ready,
        when=_l("When certificates are issued: one letter a day for each group."),
    ),
)
