"""Add reveals.

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

REFUSE_CHANGE = """
CREATE FUNCTION refuse_reveal_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.note_sealed IS NOT NULL AND NEW.note_sealed IS NOT NULL
        AND to_jsonb(NEW) - 'note_sealed' = to_jsonb(OLD) - 'note_sealed' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'rows of % are written once', TG_TABLE_NAME USING ERRCODE = 'restrict_violation', CONSTRAINT = 'refuse_change';
END $$
"""


def upgrade() -> None:
    op.execute(REFUSE_CHANGE)

    op.create_table(
        "reveals",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.Uuid()),
        sa.Column("role", sa.String(40), nullable=False, comment="in which the reader may"),
        sa.Column("area_path", sa.Text(collation="C"), comment="of the reader's role"),
        sa.Column("person_id", sa.Uuid(), comment="who it is about, or asked for the service of whom it is about"),
        sa.Column("beneficiary_id", sa.Uuid()),
        sa.Column("fields", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("note_sealed", sa.LargeBinary()),
        sa.CheckConstraint("num_nonnulls(person_id, beneficiary_id) > 0", name="of_somebody"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_reveals_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_reveals"),
    )
    op.create_index("ix_reveals_account_id", "reveals", ["account_id", "at"])
    op.create_index("ix_reveals_at", "reveals", ["at"])
    op.create_index("ix_reveals_person_id", "reveals", ["person_id", "id"], postgresql_where="person_id IS NOT NULL")
    op.execute("CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON reveals FOR EACH ROW EXECUTE FUNCTION refuse_reveal_change()")


def downgrade() -> None:
    op.drop_table("reveals")
    op.execute("DROP FUNCTION refuse_reveal_change()")
