"""The notices that people agree to, as `config/notices.toml` has them. Only the current version of each can be agreed to."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from backend.foundation import catalogues
from backend.foundation.catalogues import Entry
from backend.foundation.in_use import InUse
from backend.foundation.terms import Word

HANDLER, CONTACT = "{handler}", "{contact}"
"""What stands in a text in the place of who handles the data, and of how they are asked (个人信息保护法 art. 17)."""


@dataclass(frozen=True, slots=True)
class Handler:
    """Who handles the data of this copy, by name, and how people reach them; a trial names nobody."""

    name: str
    contact: str

    def named_in(self, text: str) -> str:
        """A text with both in their places."""
        name, contact = self.name or "本街道办事处（试用，未填写名称）", self.contact or "试用，未填写"
        return text.replace(HANDLER, name).replace(CONTACT, contact)


def _names_who_handles(text: str) -> str:
    if missing := [place for place in (HANDLER, CONTACT) if place not in text]:
        raise ValueError(f"正文须有{'、'.join(missing)}：谁处理个人信息、怎样联系，由设置填入")
    return text


NoticeText = Annotated[str, Field(min_length=1, max_length=20_000), AfterValidator(_names_who_handles)]
"""What people read before they agree."""


class NoticeName(Word):
    """What a notice is about: each purpose has its own."""

    IDENTITY = "identity", "实名登记告知书"
    VOLUNTEER = "volunteer", "志愿者告知书"
    PROXY = "proxy", "代办告知书"
    MINOR = "minor", "未成年人告知书"
    PARTY_MEMBER = "party_member", "在职党员告知书"


class Notice(Entry):
    """The current version of one notice."""

    name: NoticeName
    version: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]
    title: Annotated[str, Field(min_length=1, max_length=100)]
    text: NoticeText
    stops: Annotated[str, Field(min_length=1, max_length=500)]
    stays: Annotated[str, Field(min_length=1, max_length=500)]


class Notices(Entry):
    """The whole catalogue: every notice once."""

    notices: list[Notice]

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        if sorted(notice.name for notice in self.notices) != sorted(NoticeName):
            raise ValueError(f"每一项须有且只有一次：{'、'.join(NoticeName)}")
        return self


_in_use: InUse[Mapping[NoticeName, Notice]] = InUse("notices")
use, current = _in_use.use, _in_use.current


def read(path: Path) -> Mapping[NoticeName, Notice]:
    """Notices by name. Raises CatalogueInvalid, naming file, line and field."""
    return {notice.name: notice for notice in catalogues.load(path, Notices).notices}


def told_by(read: Mapping[NoticeName, Notice], handler: Handler) -> Mapping[NoticeName, Notice]:
    """The notices as people read them: with who handles the data, and how they are asked."""
    return {name: notice.model_copy(update={"text": handler.named_in(notice.text)}) for name, notice in read.items()}


def notice(name: NoticeName) -> Notice:
    """The notice as it stands now."""
    return current()[name]
