"""Let officers bring workbooks: one that waits to be read, the work on an import, and long work that makes no file.

Revision ID: 0073
Revises: 0072
"""

import sqlalchemy as sa
from alembic import op

from backend.migrations import checks

revision = "0073"
down_revision = "0072"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("imports", sa.Column("job_id", sa.Uuid(), comment="the last work on it"))
    op.create_table(
        "import_books",
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("book_sealed", sa.LargeBinary(), nullable=False, comment="as it was brought"),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name="fk_import_books_import_id"),
        sa.PrimaryKeyConstraint("import_id", name="pk_import_books"),
    )
    checks.add("file_only_when_done", "jobs", "file_name IS NULL OR state = 'done'")
    op.drop_constraint("ck_jobs_file_when_done", "jobs")


def downgrade() -> None:
    op.execute("UPDATE jobs SET file_name = '' WHERE state = 'done' AND file_name IS NULL")
    op.create_check_constraint("file_when_done", "jobs", "(state = 'done') = (file_name IS NOT NULL)")
    op.drop_constraint("ck_jobs_file_only_when_done", "jobs")
    op.drop_table("import_books")
    op.drop_column("imports", "job_id")
