"""Start-up imports: a workbook that a street brings with it, in parts that are entered one by one."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from backend.foundation.database import AreaPath, Base, RowId, as_text
from backend.foundation.sealing import SEALED
from backend.foundation.terms import Word

LINES = "import_parts.lines"
"""What the sealed lines of a part are bound to (`foundation.sealing`)."""
BOOK = "import_books.book"
"""The same of a workbook that waits to be read."""


class ImportKind(Word):
    """What a workbook holds."""

    AREAS = "areas", "区域"
    VOLUNTEERS = "volunteers", "志愿者"
    TEAMS = "teams", "志愿服务队"
    TEAM_MEMBERS = "team_members", "队员"
    ORGANISATIONS = "organisations", "社会组织"
    STAFF = "staff", "社会组织工作人员"
    PARTY_ORGANISATIONS = "party_organisations", "党组织"
    WORK_UNITS = "work_units", "单位"
    UNIT_MEMBERS = "unit_members", "报到党员"
    BENEFICIARIES = "beneficiaries", "服务对象"


class ImportStatus(Word):
    """received → read → checked → entering → entered; entering or entered → undoing → undone. Received → refused: it cannot be read."""

    RECEIVED = "received", "已上传"
    READ = "read", "已读取"
    CHECKED = "checked", "已检查，尚未导入"
    ENTERING = "entering", "正在导入"
    ENTERED = "entered", "已导入"
    UNDOING = "undoing", "正在撤销"
    UNDONE = "undone", "已撤销"
    REFUSED = "refused", "文件不能读取"


class Import(Base):
    """One workbook of one kind, for an area. It is entered and undone as one."""

    __tablename__ = "imports"
    __table_args__ = (
        Index("uq_imports_file", "area_path", "kind", "digest", unique=True, postgresql_where="status <> 'undone'"),
        Index("ix_imports_area_path", "area_path", "id"),
    )

    id: Mapped[RowId]
    kind: Mapped[str]
    area_path: Mapped[AreaPath]
    digest: Mapped[bytes] = mapped_column(comment="of the workbook: the same one again is this import")
    status: Mapped[ImportStatus] = mapped_column(as_text(ImportStatus))
    asked_by: Mapped[UUID | None]
    read_at: Mapped[datetime]
    job_id: Mapped[UUID | None] = mapped_column(comment="the last work on it")


class ImportBook(Base):
    """A workbook that waits to be read by a worker; it is gone once its lines stand in parts."""

    __tablename__ = "import_books"

    import_id: Mapped[UUID] = mapped_column(ForeignKey("imports.id", name="fk_import_books_import_id"), primary_key=True)
    book_sealed: Mapped[bytes] = mapped_column(info={SEALED: BOOK}, comment="as it was brought")


class ImportPart(Base):
    """Some lines of the workbook, entered in one transaction: a worker that is killed leaves a part either entered or not."""

    __tablename__ = "import_parts"
    __table_args__ = (
        Index("uq_import_parts_number", "import_id", "number", unique=True),
        CheckConstraint("new >= 0 AND known >= 0 AND faulty >= 0", name="counts_not_negative"),
    )

    id: Mapped[RowId]
    import_id: Mapped[UUID] = mapped_column(ForeignKey("imports.id", name="fk_import_parts_import_id"))
    number: Mapped[int]
    lines_sealed: Mapped[bytes | None] = mapped_column(info={SEALED: LINES}, comment="as they were written; erased after a term")
    new: Mapped[int] = mapped_column(default=0)
    known: Mapped[int] = mapped_column(default=0)
    faulty: Mapped[int] = mapped_column(default=0)
    faults: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list, comment="row, cell and sentence; no personal data")
    made: Mapped[dict[str, list[str]] | None] = mapped_column(JSONB, comment="ids of what was made, once the part is entered")
    entered_at: Mapped[datetime | None]
    undone_at: Mapped[datetime | None]
