"""Add the codes of doors, who tried one, and at whose home a shift takes place.

Revision ID: 0033
Revises: 0032
"""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("shifts", sa.Column("home_id", sa.Uuid(), comment="who is visited, where the shift is a visit"))
    # What is over needs none: nobody signs in at it any more.
    op.execute("""
        UPDATE shifts SET home_id = demands.beneficiary_id FROM demands
        WHERE demands.opening_id = shifts.opening_id AND demands.beneficiary_id IS NOT NULL AND shifts.status = 'planned'
    """)
    op.create_table(
        "door_codes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("home_id", sa.Uuid(), nullable=False, comment="who is visited there"),
        sa.Column("proof", sa.LargeBinary(), nullable=False, comment="keyed hash"),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("octet_length(proof) = 32", name="proof_whole"),
        sa.PrimaryKeyConstraint("id", name="pk_door_codes"),
    )
    op.create_index("uq_door_codes_in_use", "door_codes", ["home_id"], unique=True, postgresql_where="ended_at IS NULL")
    op.create_table(
        "door_tries",
        sa.Column("home_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("tries", sa.BigInteger(), nullable=False, comment="wrong ones in a row"),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_door_tries_person_id"),
        sa.PrimaryKeyConstraint("home_id", "person_id", name="pk_door_tries"),
    )


def downgrade() -> None:
    op.drop_table("door_tries")
    op.drop_table("door_codes")
    op.drop_column("shifts", "home_id")
