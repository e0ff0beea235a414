"""Why an application, a place or its taking back is refused: each with its sentence."""

from dataclasses import dataclass

from lms.contracts import LMSError, Reason


@dataclass(frozen=True)
class Objection:
    """What speaks against one child (by its place in the form) and one group."""

    child: int
    cohort_id: int
    reason: Reason


class NotFitting(LMSError):
    """Something speaks against a child or a group; nothing was recorded."""

    code = "not_fitting"

    def __init__(self, objections: tuple[Objection, ...]) -> None:
        self.objections = objections
        super().__init__(reason=objections[0].reason)

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """What speaks against it, whoever it is."""
        return tuple(one.reason for one in self.objections)


class ConsentMissing(LMSError):
    """Without the consent for taking part nothing about anybody is kept."""

    code = "consent_missing"

    def __init__(self) -> None:
        super().__init__(reason=Reason(self.code))


class FormSentAlready(LMSError):
    """A form that was sent once came again with something else in it."""

    code = "form_sent_already"

    def __init__(self) -> None:
        super().__init__(reason=Reason(self.code))


class NoSeat(LMSError):
    """The group is full."""

    code = "no_seat"

    def __init__(self) -> None:
        super().__init__(reason=Reason(self.code))


class AlreadyIn(LMSError):
    """The person has a place in this group already."""

    code = "already_in_group"

    def __init__(self) -> None:
        super().__init__(reason=Reason(self.code))


class DecidedAlready(LMSError):
    """Somebody else decided about this application in the meantime."""

    code = "decided_already"

    def __init__(self) -> None:
        super().__init__(reason=Reason(self.code))


class TooLateToUndo(LMSError):
    """What was done can't be taken back any more."""

    code = "decision_stands"

    def __init__(self) -> None:
        super().__init__(reason=Reason(self.code))


class EndsBeforeItBegan(LMSError):
    """The last day in a group lies before the first."""

    code = "ends_before_it_began"

    def __init__(self) -> None:
        super().__init__(reason=Reason(self.code))


class OfferEnded(LMSError):
    """The offer was answered, or its time is over."""

    code = "offer_ended"

    def __init__(self) -> None:
        super().__init__(reason=Reason(self.code))


class PlaceEnded(LMSError):
    """The place has an end already, so that this can't be done with it."""

    code = "place_ended"

    def __init__(self) -> None:
        super().__init__(reason=Reason(self.code))


class NotForAll(LMSError):
    """The family wants places for all children or for none, and there are not enough."""

    code = "not_for_all"

    def __init__(self) -> None:
        super().__init__(reason=Reason(self.code))


class AlreadyAnswered(LMSError):
    """Somebody answered this question before."""

    code = "answered_already"

    def __init__(self) -> None:
        super().__init__(reason=Reason(self.code))


class ModuleOver(LMSError):
    """The module ended meanwhile."""

    code = "module_over"

    def __init__(self) -> None:
        super().__init__(reason=Reason(self.code))


class ConsentEnded(LMSError):
    """A consent that the group needs does not hold any more."""

    code = "consent_ended"

    def __init__(self) -> None:
        super().__init__(reason=Reason(self.code))


class NoConsent(LMSError):
    """Nobody's consent for taking part holds, so there can be no place in a group."""

    code = "no_consent"

    def __init__(self) -> None:
        super().__init__(reason=Reason(self.code))
