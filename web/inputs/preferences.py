"""How somebody wants to be shown things."""

from typing import Annotated

from pydantic import ConfigDict, Field

from backend.accounts.queries import MOST_COMMUNITIES
from web.fields import Id
from web.shapes import Body


class PreferencesIn(Body):
    """All of it: what is not said is as though it had never been."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"elder_mode": True, "community_ids": ["01931f6e-7c1a-7d2e-8f00-00000000c001"]}]}
    )

    elder_mode: bool = Field(description="长辈模式：字更大，对比更强")
    community_ids: Annotated[list[Id], Field(max_length=MOST_COMMUNITIES)] = Field(description="优先显示哪几个社区的需求，按先后")
