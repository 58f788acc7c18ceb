"""The archive: a zip with a JSON file for each section, and an index in plain words."""

import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, RowMapping, Table, or_, select

from backend.accounts.models import Account
from backend.foundation import clock
from backend.foundation.database import Base, db
from backend.foundation.sealed_text import UNREADABLE
from backend.foundation.sealing import INDEX_OF, SEALED, keyring, row_of
from backend.own_data.sections import LEFT_OUT, SECTIONS, Section
from backend.people import notices
from backend.people.notices import NoticeName

MOST_ROWS = 5_000
"""Of a section, the latest: what one person does in many years is less."""

INDEX = "说明.txt"
_SEALED = "_sealed"
_OTHERS = ("_by", "account_id", "person_id", "recipient_id", "holder_id", "on_behalf_of")
_HUMANS = ("people.id", "accounts.id")


def write(person_id: UUID, *, now: datetime) -> bytes:
    """All that is held about a person, section by section; sealed values in clear. Bounded, so it is put together in memory."""
    theirs = [person_id, *_accounts_of(person_id)]
    written, lines = io.BytesIO(), []
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for section in SECTIONS:
            rows = list(_rows(section, theirs))
            if rows:
                name = _file_of(section)
                archive.writestr(name, json.dumps({"title": section.title, "items": rows}, ensure_ascii=False, indent=1))
                lines.append(f"{name}：{section.title}，{len(rows)} 条")
        archive.writestr(INDEX, _index(lines, now=now))
    return written.getvalue()


def _file_of(section: Section) -> str:
    twice = sum(other.table == section.table for other in SECTIONS) > 1
    return f"{section.table}.{section.column}.json" if twice else f"{section.table}.json"


def _accounts_of(person_id: UUID) -> list[UUID]:
    """Every account that is theirs, closed ones and those that were taken over, too."""
    own = select(Account.id).where(Account.person_id == person_id)
    return list(db.session.scalars(select(Account.id).where(or_(Account.id.in_(own), Account.merged_into_id.in_(own)))))


def _rows(section: Section, theirs: list[UUID]) -> Iterator[Mapping[str, Any]]:
    table = Base.metadata.tables[section.table]
    column = table.columns[section.column]
    if section.through is None:
        is_theirs = column.in_(theirs)
    else:
        other, key, names = section.through
        owner = Base.metadata.tables[other]
        is_theirs = column.in_(select(owner.columns[key]).where(owner.columns[names].in_(theirs)))
    latest = [part.desc() for part in table.primary_key.columns]
    for row in db.session.execute(select(*table.columns).where(is_theirs).order_by(*latest).limit(MOST_ROWS)).mappings():
        shown = {column.name: _shown(column, row, table) for column in table.columns if _is_shown(column, section)}
        yield {name: value for name, value in shown.items() if not name.endswith(_SEALED)} | _unsealed(shown)


def _unsealed(shown: Mapping[str, Any]) -> dict[str, Any]:
    """What stands sealed, by the name of the thing: a name in clear takes the place of its mask."""
    opened = {name.removesuffix(_SEALED): value for name, value in shown.items() if name.endswith(_SEALED)}
    return {name: value for name, value in opened.items() if value is not None or name not in shown}


def _is_shown(column: Column[Any], section: Section) -> bool:
    """Nothing by which other people could be told: ids of persons and accounts stay out, as do secrets and blind indexes."""
    is_human = column.name.endswith(_OTHERS)
    refers = any(key.target_fullname in _HUMANS for key in column.foreign_keys)
    return not (is_human or refers or INDEX_OF in column.info or column.name in section.without)


def _shown(column: Column[Any], row: RowMapping, table: Table) -> Any:
    value = row[column]
    if SEALED in column.info and value is not None:
        name = row_of(*(row[part] for part in table.primary_key.columns))
        opened = keyring().unseal_if_possible(value, field=column.info[SEALED], row=name)
        return UNREADABLE if opened is None else opened
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, datetime):
        return value.astimezone(clock.SHANGHAI).isoformat(timespec="seconds")
    return [str(item) for item in value] if isinstance(value, list) else str(value)


def _index(lines: list[str], *, now: datetime) -> str:
    notice = notices.notice(NoticeName.IDENTITY)
    left_out = (f"{title}：{reason}" for title, reason in LEFT_OUT.items())
    parts = (
        "社区E家 个人信息副本",
        f"生成时间：{now.astimezone(clock.SHANGHAI):%Y-%m-%d %H:%M}",
        "",
        "本压缩包含有平台保存的您本人的全部信息，请妥善保管，不要转发。",
        "每个 .json 文件都可以用记事本打开；title 是内容，items 是逐条记录，新的在前，时间为北京时间。",
        f"每类最多列出最近的 {MOST_ROWS} 条。",
        "",
        "一、包含的内容",
        *lines,
        "",
        "二、没有放进来的内容和原因",
        "密码、登录密钥等保密内容：只用于登录，任何人都不能取出",
        "其他人的姓名、编号：属于他人的个人信息",
        *left_out,
        "",
        "三、您的权利和联系方式",
        notice.text.strip(),
        "",
    )
    return "\r\n".join(parts)
