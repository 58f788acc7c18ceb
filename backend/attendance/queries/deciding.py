"""Which service records wait for a viewer's word, in the words of the commands that take it; and who signed in and has no record."""

from sqlalchemy import ColumnElement, and_, any_, exists, or_

from backend.accounts import policy
from backend.accounts.policy import Permission, ScopeColumns
from backend.attendance.models import WANTS_COMMUNITY, Attendance, Confirmation, Confirmer, ServiceFlag, ServiceRecord, Shift
from backend.attendance.own import is_own, is_own_word
from backend.attendance.service.judging import is_of_asking_side
from backend.foundation.actor import Actor

FLAGGED = ServiceFlag.stands_on(ServiceRecord.fact_id)
_BY_AREA = ScopeColumns(area_path=Shift.area_path)


def looks_after_some(viewer: Actor) -> bool:
    """Whether the viewer sees the services of some area, beside those that concern themselves."""
    return policy.could_by_area(viewer, Permission.RECORD_SEE)


def sees_some_shifts(viewer: Actor) -> bool:
    """Whether the viewer sees the shifts of some area, or those of a team, an organisation or a unit."""
    return policy.could_by_area(viewer, Permission.SHIFT_SEE) or policy.could_for_a_body(viewer, Permission.SHIFT_SEE)


def areas_looked_after(viewer: Actor) -> list[str]:
    """The paths of the areas of which the viewer sees all services."""
    return policy.area_paths(viewer, Permission.RECORD_SEE)


def may_wait() -> ColumnElement[bool]:
    """Condition on records with their shift: none of which nothing waits any more. It finds them; what waits is asked for beside it."""
    # The shift is named, so that from the unsettled shifts the way leads over the unsettled attendances to their records.
    of_record = (Attendance.id == ServiceRecord.attendance_id, Attendance.shift_id == ServiceRecord.shift_id)
    return and_(Shift.is_unsettled(), exists().where(*of_record, Attendance.is_unsettled()).correlate(ServiceRecord))


def is_to_confirm(viewer: Actor) -> ColumnElement[bool]:
    """Condition on records with their shift: nobody stands by it yet, and the viewer's word makes it count, as the community's or that of
    who asked."""
    confirmed = exists().where(Confirmation.record_fact_id == ServiceRecord.fact_id, Confirmation.is_current()).correlate(ServiceRecord)
    as_community = and_(_asks(Confirmer.COMMUNITY), policy.visible(viewer, Permission.SERVICE_CONFIRM, _BY_AREA))
    as_requester = and_(
        _asks(Confirmer.REQUESTER),
        policy.visible(viewer, Permission.SERVICE_CONFIRM, ScopeColumns(person_id=Shift.requester_person_id)),
        ServiceRecord.evidence.not_in(WANTS_COMMUNITY),
        ~is_of_asking_side(viewer),
    )
    return and_(may_wait(), ServiceRecord.is_current(), ~confirmed, ~FLAGGED, or_(as_community, as_requester), _of_others(viewer))


def is_to_allow(viewer: Actor) -> ColumnElement[bool]:
    """Condition on records with their shift: a part of its minutes does not count, and the viewer is to say whether it does."""
    of_record = (Confirmation.record_fact_id == ServiceRecord.fact_id, Confirmation.is_current(), Confirmation.is_partial())
    partly = exists().where(*of_record).correlate(ServiceRecord)
    mine = policy.visible(viewer, Permission.SERVICE_ALLOW, _BY_AREA)
    return and_(may_wait(), ServiceRecord.is_current(), mine, partly, ~FLAGGED, _of_others(viewer))


def is_to_clear(viewer: Actor) -> ColumnElement[bool]:
    """Condition on records with their shift: it is flagged, and the viewer is to say whether it is in order."""
    mine = policy.visible(viewer, Permission.SERVICE_CLEAR, _BY_AREA)
    return and_(may_wait(), ServiceRecord.is_current(), FLAGGED, mine, _of_others(viewer))


def is_to_record(viewer: Actor) -> ColumnElement[bool]:
    """Condition on attendances with their shift: one lacks its record, and the viewer is to add it; nobody their own."""
    mine = policy.visible(viewer, Permission.RECORD_ADD, _BY_AREA)
    return and_(
        Shift.is_unsettled(),
        Attendance.is_unsettled(),
        Attendance.lacks_record(),
        mine,
        Attendance.person_id.is_distinct_from(viewer.person_id),
    )


def _asks(word: Confirmer) -> ColumnElement[bool]:
    return any_(Shift.confirmers) == word.value


def _of_others(viewer: Actor) -> ColumnElement[bool]:
    """Nobody decides about what they served, or said."""
    return and_(~is_own(viewer), ~is_own_word(viewer))
