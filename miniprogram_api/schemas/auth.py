"""Shapes of logging in."""

from typing import Annotated

from pydantic import ConfigDict, Field

from backend.foundation.actor import Role
from miniprogram_api.contract import Body, Id, Out, Text

_TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIwMTkyIn0.c2lnbmF0dXJl"  # noqa: S105 - an example of the form


class WeChatLoginIn(Body):
    """What `wx.login` gave."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"code": "0a3Xyz000LoginCode"}]})

    code: Annotated[str, Text(max=512)] = Field(description="wx.login 返回的 code，五分钟内有效，只能用一次")


class PasswordLoginIn(Body):
    """An administrator's name and password."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "street-officer", "password": "correct-Horse-7"}]})

    name: Annotated[str, Text(max=60)]
    # Taken as it is typed: blanks belong to it.
    password: Annotated[str, Field(min_length=1, max_length=200)]


class RefreshIn(Body):
    """The refresh token of the last answer."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"refresh_token": "AZLq3n…"}]})

    refresh_token: Annotated[str, Text(max=200)]


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
    """A role that the account holds, and where: the one field besides `role` that is not null."""

    role: Role
    area_path: Annotated[str, Field(max_length=15)] | None
    team_id: Id | None
    organisation_id: Id | None
    work_unit_id: Id | None
    party_organisation_id: Id | None
