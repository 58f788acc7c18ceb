"""Wishes to move to another community."""

from pydantic import ConfigDict, Field

from backend.relocations.models import RelocationStatus
from web.fields import Id
from web.inputs.volunteers import PeopleQuery
from web.shapes import Body, ForMe


class RelocationIn(Body):
    """Where one lives now."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"community_id": "01931f6e-7c1a-7d2e-8f00-00000000c002"}]})

    community_id: Id = Field(description="现在居住的社区")


class RelocationsQuery(PeopleQuery):
    """Which wishes are asked for; the days are those on which they were asked."""

    status: RelocationStatus | None = None
    for_me: ForMe = False
