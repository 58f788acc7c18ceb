"""Getting an account back, and merging two."""

from typing import Annotated

from pydantic import ConfigDict, Field

from backend.recoveries.models import RecoveryProof, RecoveryStatus
from web.fields import Text
from web.inputs.accounts import CheckCode
from web.inputs.common import WrittenReason
from web.inputs.people import RealName
from web.inputs.volunteers import PeopleQuery
from web.shapes import Body, ForMe


class RecoveryConfirmationIn(Body):
    """By what the person was known again, and which application is theirs."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"proof": "id_card", "check_code": "047215"}]})

    proof: RecoveryProof
    check_code: CheckCode = Field(description="申请人手机上显示的核对码")


class RecoveryQuery(PeopleQuery):
    """Which applications are asked for; the days are those of application."""

    status: RecoveryStatus | None = None
    for_me: ForMe = False


class AccountMergeIn(Body):
    """Which two accounts belong to one person."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"login_name": "shequ-1", "volunteer_number": "V2026000123", "name": "张三", "reason": "同一人的两个账号"}]
        }
    )

    login_name: Annotated[str, Text(max=60)] = Field(description="并入的账号的用户名")
    volunteer_number: Annotated[str, Text(max=40)] = Field(description="保留的账号的志愿者编号")
    name: RealName
    reason: WrittenReason
