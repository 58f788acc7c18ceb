"""How what waits is called, within how many days it is to be done, and which message tells of it: the catalogue `config/waiting.toml`, read
when a process starts."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from backend.foundation import catalogues
from backend.foundation.catalogues import Entry
from backend.foundation.in_use import InUse
from backend.waiting.kinds import KINDS

Heading = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20)]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class Worded(Entry):
    """What a street says of one kind; `config/waiting.toml` says what each field means."""

    code: str
    title: Heading
    days: Annotated[int, Field(ge=1, le=60)] | None = None
    message: str | None = None
    no_message: Reason | None = None

    @model_validator(mode="after")
    def _tells_or_says_why_not(self) -> Self:
        if (self.message is None) == (self.no_message is None):
            raise ValueError("message（哪条消息告知）和 no_message（为什么不另行告知）须填写其中一项")
        return self


class Waiting(Entry):
    """The whole catalogue: every kind once."""

    kind: tuple[Worded, ...]

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        known, said = {kind.code: kind for kind in KINDS}, [worded.code for worded in self.kind]
        if sorted(said) != sorted(known):
            raise ValueError(f"每一种须有且只有一次：{'、'.join(sorted(known))}")
        for worded in self.kind:
            if (worded.days is None) == (known[worded.code].due is None):
                ought = "不能有 days，期限由事情本身决定" if worded.days else "须填写 days"
                raise ValueError(f"{worded.code} 的期限不对：{ought}")
        return self


_in_use: InUse[Mapping[str, Worded]] = InUse("words of what waits")
use, current = _in_use.use, _in_use.current


def read(path: Path) -> Mapping[str, Worded]:
    """What is said of each kind, by its code. Raises CatalogueInvalid, naming file, line and field."""
    return {worded.code: worded for worded in catalogues.load(path, Waiting).kind}
