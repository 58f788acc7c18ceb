"""The refusals of attendance that more than one command raises."""

from typing import ClassVar

from backend.foundation.errors import Conflict, Forbidden, Missing, Unprocessable


class ShiftCancelled(Conflict):
    """It does not take place."""

    code: ClassVar[str] = "shift_cancelled"
    detail = "该场次已取消"


class ShiftNotBegun(Conflict):
    """Sign-in opens with the grace before its start."""

    code: ClassVar[str] = "shift_not_begun"
    detail = "还未到签到时间"


class ShiftOver(Conflict):
    """Its window and grace are over; the community can add a record."""

    code: ClassVar[str] = "shift_over"
    detail = "该场次已结束，如需补录请联系社区"


class NotEntitled(Forbidden):
    """Neither holder of a claim on the shift, nor on that day of a team, organisation or unit that holds one."""

    code: ClassVar[str] = "not_entitled"
    detail = "您不在本场次的认领方之中"


class PlaceFull(Conflict):
    """As many people are there on this claim as its opening asked for with one place."""

    code: ClassVar[str] = "place_full"
    detail = "该认领方到场人数已满"


class OwnService(Forbidden):
    """Nobody confirms, adds or corrects a service of their own; nor confirms one of a team, organisation or unit that they lead, nor
    as requester one of a group to which they belong."""

    code: ClassVar[str] = "own_service"
    detail = "不能办理本人或本人所负责队伍、组织、单位的服务"


class OwnWord(Forbidden):
    """Nobody confirms a record that they added by their word: where nobody signed in and out, it takes a second person."""

    code: ClassVar[str] = "own_word"
    detail = "本人补录的服务，须由申请人或另一位工作人员确认"


class ServiceNotFound(Missing):
    """No such service record, or not for this reader."""

    code: ClassVar[str] = "service_not_found"
    detail = "没有找到该服务记录，或者不在您的管辖范围内"


class ServiceIsFlagged(Conflict):
    """Somebody has to look at it before anybody confirms it."""

    code: ClassVar[str] = "service_is_flagged"
    detail = "该服务存疑，须先由社区核实"


class RecordWithdrawn(Conflict):
    """The record was withdrawn and counts no more."""

    code: ClassVar[str] = "record_withdrawn"
    detail = "该服务记录已撤销"


class RecordsOverlap(Conflict):
    """The person served elsewhere at that time (domain facts §2.6: overlapping sessions of one person are rejected)."""

    code: ClassVar[str] = "records_overlap"
    detail = "与该志愿者的其他服务时间重叠"


class OutsideWindow(Unprocessable):
    """The stretch leaves the shift's window, is not over yet, or runs backwards."""

    code: ClassVar[str] = "outside_window"
    detail = "服务时间须在场次起止时间之内，且已经结束"
