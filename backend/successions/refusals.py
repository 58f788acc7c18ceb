"""What is told when an area cannot go out of use."""

from collections.abc import Sequence

from backend.foundation.errors import Conflict
from backend.successions.openness import StillOpen


class AreaInUse(Conflict):
    """Something is open in the area or below it; `lines` say how much of what, and which step ends it, one for each kind."""

    code = "area_in_use"
    detail = "该区域还有未办结的事项，请先逐项办结"

    def __init__(self, found: Sequence[StillOpen]) -> None:
        super().__init__()
        self.lines = [str(one) for one in found]
