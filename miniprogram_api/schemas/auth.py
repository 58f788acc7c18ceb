"""Shapes of logging in."""

from typing import Annotated

from pydantic import ConfigDict, Field

from backend.accounts.models import LoginKind
from backend.accounts.queries import AddedBy, ConsoleLoginStatus
from backend.accounts.service import RECOVERY_CODES
from backend.foundation.actor import Role
from miniprogram_api.contract import Out
from web.fields import Id, Instant
from web.inputs.accounts import CheckCode

_TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIwMTkyIn0.c2lnbmF0dXJl"  # noqa: S105 - an example of the form


class OfficeLoginOut(Out):
    """The account that was made."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"account_id": "01931f6e-7c1a-7d2e-8f00-0123456789ab", "initial_password": "kx4m-8rtw-pzq2"}]}
    )

    account_id: Id
    initial_password: Annotated[str, Field(max_length=128, description="只显示这一次")]


class InitialPasswordOut(Out):
    """A password to be handed on; it opens nothing but its own change."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"initial_password": "kx4m-8rtw-pzq2"}]})

    initial_password: Annotated[str, Field(max_length=128, description="只显示这一次")]


class LoginOut(Out):
    """One way into one's own account."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "01931f6e-7c1a-7d2e-8f00-0000000000e1",
                    "kind": "password",
                    "name": "heping.wang",
                    "added_at": "2026-11-20T08:00:00+08:00",
                    "added_by": "officer",
                    "last_used_at": "2026-11-23T09:30:00+08:00",
                    "second_factor_at": "2026-11-21T10:00:00+08:00",
                    "recovery_codes_left": 10,
                }
            ]
        }
    )

    id: Id
    kind: LoginKind
    name: Annotated[str, Field(max_length=60)] | None = Field(description="用户名；微信登录的为 null")
    added_at: Instant
    added_by: AddedBy = Field(description=AddedBy.listed())
    last_used_at: Instant | None
    second_factor_at: Instant | None = Field(description="何时设置了两步验证；没有设置的为 null")
    recovery_codes_left: Annotated[int, Field(ge=0, le=RECOVERY_CODES)] | None = Field(
        description="还没有用过的备用码数；没有设置的为 null"
    )


class SecondFactorBegunOut(Out):
    """What an authenticator app takes."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"secret": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", "uri": "otpauth://totp/heping.wang?secret=JBSWY3DP…"}]
        }
    )

    secret: Annotated[str, Field(max_length=64, description="可手工输入验证器；只显示这一次")]
    uri: Annotated[str, Field(max_length=500, description="画成二维码供验证器扫描；只显示这一次")]


class RecoveryCodesOut(Out):
    """Codes to be kept on paper."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"recovery_codes": ["kx4m-8rtw-pzq2-ab3c"]}]})

    recovery_codes: Annotated[
        list[Annotated[str, Field(max_length=40)]],
        Field(max_length=RECOVERY_CODES, description="手机丢失时各用一次，请抄在纸上；只显示这一次"),
    ]


class ConsoleLoginOut(Out):
    """A browser that asks to be let in."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "browser": "Edge",
                    "system": "Windows",
                    "network": "203.0.113.*",
                    "status": "waiting",
                    "ends_at": "2026-11-23T09:32:00+08:00",
                    "check_code": None,
                }
            ]
        }
    )

    browser: Annotated[str, Field(max_length=20, description="电脑自称的浏览器")]
    system: Annotated[str, Field(max_length=20, description="电脑自称的系统")]
    network: Annotated[str, Field(max_length=45)] | None = Field(description="电脑所在的网络，末段不显示；不知道的为 null")
    status: ConsoleLoginStatus = Field(description=ConsoleLoginStatus.listed())
    ends_at: Instant = Field(description="最迟在这时确认；已确认的，最迟在这时输入数字")
    check_code: CheckCode | None = Field(description="确认后由本人输入电脑的六位数字，只给确认的人看；不要告诉任何人")


class SessionOut(Out):
    """One login that holds."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "01931f6e-7c1a-7d2e-8f00-0000000000f1",
                    "login_kind": "wechat",
                    "logged_in_at": "2026-11-20T08:00:00+08:00",
                    "last_used_at": "2026-11-23T09:30:00+08:00",
                    "ends_at": "2027-01-19T08:00:00+08:00",
                    "current": True,
                }
            ]
        }
    )

    id: Id
    login_kind: LoginKind
    logged_in_at: Instant
    last_used_at: Instant = Field(description="最近一次换取令牌的时间，精确到一刻钟左右")
    ends_at: Instant = Field(description="最迟到这时失效")
    current: bool = Field(description="是否本次登录")


class TokensOut(Out):
    """Access for minutes, refreshing for days."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"access_token": _TOKEN, "refresh_token": "AZLq3n…", "token_type": "Bearer", "expires_in": 900}]}
    )

    access_token: Annotated[str, Field(max_length=2000, description="放在 Authorization: Bearer 之后")]
    refresh_token: Annotated[str, Field(max_length=200, description="换取新的 access_token；每次换取后使用新的")]
    token_type: Annotated[str, Field(max_length=10)] = "Bearer"  # noqa: S105 - the scheme, not a secret
    expires_in: Annotated[int, Field(ge=1, le=86400, description="access_token 的有效秒数")]


class RoleOut(Out):
    """A role that the account holds, and where: the one id or path that is not null, and its name."""

    role: Role
    area_path: Annotated[str, Field(max_length=15)] | None
    team_id: Id | None
    organisation_id: Id | None
    work_unit_id: Id | None
    party_organisation_id: Id | None
    person_id: Id | None = Field(description="代办的是谁")
    name: Annotated[str, Field(max_length=200)] | None = Field(
        description="这个区域、服务队、社会组织、单位、党组织的名称；代办的是姓名，隐去部分文字"
    )
