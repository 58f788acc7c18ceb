"""What beneficiaries are told, and how long their data is kept (`config/beneficiaries.toml`), read once when a process starts."""

from pathlib import Path
from typing import Annotated

from pydantic import Field

from backend.foundation.catalogues import Entry, load
from backend.foundation.in_use import InUse
from backend.people.notices import Handler, NoticeText


class Kept(Entry):
    """How long address, telephone and note stay after the last demand, and after the end."""

    months: int = Field(ge=1, le=120)
    ended_months: int = Field(ge=0, le=120)


class BeneficiaryNotice(Entry):
    """What somebody is told before their data is kept, or their proxy or guardian for them."""

    version: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]
    title: Annotated[str, Field(min_length=1, max_length=100)]
    text: NoticeText


class BeneficiaryRules(Entry):
    """The catalogue."""

    kept: Kept
    notice: BeneficiaryNotice


_in_use: InUse[BeneficiaryRules] = InUse("rules of beneficiaries")
use, current = _in_use.use, _in_use.current


def read(path: Path) -> BeneficiaryRules:
    """Read the catalogue. Raises CatalogueInvalid."""
    return load(path, BeneficiaryRules)


def told_by(rules: BeneficiaryRules, handler: Handler) -> BeneficiaryRules:
    """The rules with the notice as people read it: with who handles the data, and how they are asked."""
    notice = rules.notice
    return rules.model_copy(update={"notice": notice.model_copy(update={"text": handler.named_in(notice.text)})})
