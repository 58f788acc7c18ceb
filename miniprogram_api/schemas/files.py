"""Shapes of files."""

from typing import Annotated

from pydantic import ConfigDict, Field

from miniprogram_api.contract import Out
from web.fields import Instant


class FileAddressOut(Out):
    """Where a file is for some minutes."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "address": "/api/v1/files/01931f6e-7c1a-7d2e-8f00-0123456789ab?expires=1795460400&signature="
                    "5d41402abc4b2a76b9719d911017c5925d41402abc4b2a76b9719d911017c592",
                    "good_until": "2026-11-23T20:20:00+08:00",
                }
            ]
        }
    )

    address: Annotated[str, Field(max_length=300, description="在本服务器下的地址，不需要登录")]
    good_until: Instant = Field(description="此前有效")
