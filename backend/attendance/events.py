"""The events of attendance. The subject is the id of a row. A reaction reads the facts as they are now."""

from typing import ClassVar

from backend.foundation.outbox import Event


class ShiftPlanned(Event):
    """A shift was made for an opening [shift id]."""

    name: ClassVar[str] = "shift.planned"


class ShiftCalledOff(Event):
    """A shift will not take place [shift id]."""

    name: ClassVar[str] = "shift.called_off"


class ShiftClosed(Event):
    """A shift's window and grace are over [shift id]."""

    name: ClassVar[str] = "shift.closed"


class SignedIn(Event):
    """Somebody signed in at a shift [attendance id]."""

    name: ClassVar[str] = "shift.signed_in"


class SignedOut(Event):
    """Somebody signed out [attendance id]."""

    name: ClassVar[str] = "shift.signed_out"


class AttendanceExpired(Event):
    """Nobody signed out in time, so there is no record until the community adds one [attendance id]."""

    name: ClassVar[str] = "attendance.expired"


class ServiceRecorded(Event):
    """A service record was made [ServiceRecord revision id]."""

    name: ClassVar[str] = "service.recorded"


class ServiceCorrected(Event):
    """A service record was corrected [ServiceRecord revision id]."""

    name: ClassVar[str] = "service.corrected"


class ServiceWithdrawn(Event):
    """A service record was withdrawn [ServiceRecord revision id]."""

    name: ClassVar[str] = "service.withdrawn"


class ServiceConfirmed(Event):
    """The requester or the community stands by a record [Confirmation revision id]."""

    name: ClassVar[str] = "service.confirmed"


class ConfirmationWithdrawn(Event):
    """The community no longer stands by a record [Confirmation revision id]."""

    name: ClassVar[str] = "confirmation.withdrawn"


class ServiceFlagged(Event):
    """A record is looked at before it counts [ServiceFlag revision id]."""

    name: ClassVar[str] = "service.flagged"


class ServiceCleared(Event):
    """Somebody looked at a flagged record and found it in order [ServiceFlag revision id]."""

    name: ClassVar[str] = "service.cleared"


class DoorCodeIssued(Event):
    """A home has a printed code; the one before opens nothing [DoorCode id]."""

    name: ClassVar[str] = "door_code.issued"


class DoorCodeEnded(Event):
    """The printed code of a home opens nothing any more [DoorCode id]."""

    name: ClassVar[str] = "door_code.ended"


class HomeReplaced(Event):
    """What is ahead of an opening visits the home of another row of the same elder [opening id]."""

    name: ClassVar[str] = "home.replaced"
