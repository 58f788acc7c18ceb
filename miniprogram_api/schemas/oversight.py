"""Shapes of what the three administrators look after."""

from typing import Annotated

from pydantic import ConfigDict, Field

from miniprogram_api.contract import Out
from web.fields import BigInt, Id, Instant

_ACCOUNT = "01931f6e-7c1a-7d2e-8f00-0000000000e1"


class AuditEntryOut(Out):
    """One act: ids, codes and numbers, never personal data."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "01931f6e-7c1a-7d2e-8f00-0000000000f1",
                    "at": "2026-03-05T09:30:00+08:00",
                    "account_id": _ACCOUNT,
                    "action": "role.grant",
                    "subject_id": "01931f6e-7c1a-7d2e-8f00-0000000000e2",
                    "succeeded": True,
                    "request_id": "2f0f7b9c4a5e4c0e8a9d7c6b5a493827",
                    "operator": None,
                    "source": "203.0.113.7",
                    "details": {"role": "grid_worker", "scope": "area_path:639999001001"},
                }
            ]
        }
    )

    id: Id
    at: Instant
    account_id: Id | None = Field(description="谁做的；系统自己做的、命令行做的为 null")
    action: Annotated[str, Field(max_length=100, description="做了什么：所需的权限")]
    subject_id: Id | None = Field(description="对什么做的")
    succeeded: bool = Field(description="false：被拒绝的尝试")
    request_id: Annotated[str, Field(max_length=64)] | None
    operator: Annotated[str, Field(max_length=40)] | None = Field(description="在命令行操作的人的工号")
    source: Annotated[str, Field(max_length=60)] | None = Field(description="来自的网络地址；与日志保存同样长的时间，之后为 null")
    details: dict[str, str | int | bool | None] = Field(description="编号、代码和数字")


class LockoutOut(Out):
    """A login that takes no password for a while."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "login_id": "01931f6e-7c1a-7d2e-8f00-0000000000a9",
                    "account_id": _ACCOUNT,
                    "login_name": "heping.wang",
                    "failures": 5,
                    "locked_until": "2026-03-05T09:45:00+08:00",
                }
            ]
        }
    )

    login_id: Id
    account_id: Id
    login_name: Annotated[str, Field(max_length=60)]
    failures: BigInt = Field(description="连续输错的次数")
    locked_until: Instant
