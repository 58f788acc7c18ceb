"""Let the app's user have tables analysed that it filled anew, also on PostgreSQL 16.

Revision ID: 0053
Revises: 0052
"""

from alembic import op

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # As its owner, who owns the tables: before PostgreSQL 17 nobody else may be allowed to. It looks for nothing where others may write.
    op.execute("""
        CREATE FUNCTION analyse_table(name text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
        AS 'BEGIN EXECUTE format(''ANALYZE public.%I'', name); END'
    """)


def downgrade() -> None:
    op.execute("DROP FUNCTION analyse_table(text)")
