"""Who does which long work: kind of job → what it needs and what runs it. The one visible list, handed to jobs when a process starts."""

from collections.abc import Mapping

from backend.foundation.jobs import Kind
from backend.imports import work
from backend.statistics import exports

KINDS: Mapping[str, Kind] = {
    exports.YEAR_END: exports.KIND,
    **work.KINDS,
}
