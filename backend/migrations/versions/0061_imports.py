"""Add start-up imports, and by which paper of which day somebody agreed.

Revision ID: 0061
Revises: 0060
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0061"
down_revision = "0060"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("consents", sa.Column("paper", sa.Text(), comment="by which paper, of who agreed on one before this platform"))
    op.add_column("consents", sa.Column("signed_on", sa.Date(), comment="the day on that paper"))
    op.create_table(
        "imports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("area_path", sa.Text(collation="C"), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False, comment="of the workbook: the same one again is this import"),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("asked_by", sa.Uuid()),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_imports"),
    )
    op.create_index(
        "uq_imports_file", "imports", ["area_path", "kind", "digest"], unique=True, postgresql_where=sa.text("status <> 'undone'")
    )
    op.create_index("ix_imports_area_path", "imports", ["area_path", "id"])
    op.create_table(
        "import_parts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("lines_sealed", sa.LargeBinary(), comment="as they were written; erased after a term"),
        sa.Column("new", sa.BigInteger(), nullable=False),
        sa.Column("known", sa.BigInteger(), nullable=False),
        sa.Column("faulty", sa.BigInteger(), nullable=False),
        sa.Column("faults", JSONB(), nullable=False, comment="row, cell and sentence; no personal data"),
        sa.Column("made", JSONB(), comment="ids of what was made, once the part is entered"),
        sa.Column("entered_at", sa.DateTime(timezone=True)),
        sa.Column("undone_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("new >= 0 AND known >= 0 AND faulty >= 0", name="counts_not_negative"),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name="fk_import_parts_import_id"),
        sa.PrimaryKeyConstraint("id", name="pk_import_parts"),
    )
    op.create_index("uq_import_parts_number", "import_parts", ["import_id", "number"], unique=True)


def downgrade() -> None:
    op.drop_table("import_parts")
    op.drop_table("imports")
    op.drop_column("consents", "signed_on")
    op.drop_column("consents", "paper")
