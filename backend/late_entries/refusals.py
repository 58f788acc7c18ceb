"""The refusals of late entries that more than one command raises."""

from typing import ClassVar

from backend.foundation.errors import Conflict


class LateEntryDecided(Conflict):
    """It was approved or refused already."""

    code: ClassVar[str] = "late_entry_decided"
    detail = "该补录已处理，请刷新后再试"
