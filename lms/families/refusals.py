"""Why something in a family is refused: each with its sentence."""

from lms.contracts import LMSError, Reason


class InvitationSpent(LMSError):
    """The invitation was used, taken back, has run out, or never was."""

    code = "invitation_spent"

    def __init__(self) -> None:
        super().__init__(reason=Reason(self.code))


class NotTheFirst(LMSError):
    """Only the first legal guardian invites others and opens the place to them."""

    code = "not_the_first_guardian"

    def __init__(self) -> None:
        super().__init__(reason=Reason(self.code))


class GuardianAlready(LMSError):
    """Whoever is invited is tied to this child already."""

    code = "guardian_already"

    def __init__(self) -> None:
        super().__init__(reason=Reason(self.code))


class LastLegal(LMSError):
    """Without this adult nobody could give a consent for the child."""

    code = "last_legal_guardian"

    def __init__(self) -> None:
        super().__init__(reason=Reason(self.code))


class InvitationDecided(LMSError):
    """Another coordinator decided about this invitation in the meantime."""

    code = "invitation_decided"

    def __init__(self) -> None:
        super().__init__(reason=Reason(self.code))


class NoPageHere(LMSError):
    """A sensitive group, or a place that ended, has no page for a child."""

    code = "no_child_page"

    def __init__(self) -> None:
        super().__init__(reason=Reason(self.code))


class NotGrown(LMSError):
    """A child has no account of its own before the eighteenth birthday."""

    code = "not_of_age"

    def __init__(self) -> None:
        super().__init__(reason=Reason(self.code))


class NoAssentAsked(LMSError):
    """An assent is asked from 14 to 17 only, and only to what the guardian agreed to."""

    code = "no_assent_asked"

    def __init__(self) -> None:
        super().__init__(reason=Reason(self.code))


class HasPassword(LMSError):
    """Whoever signs in by a password gets no link: it would open a coordinator's pages as well."""

    code = "has_password"

    def __init__(self) -> None:
        super().__init__(reason=Reason(self.code))
