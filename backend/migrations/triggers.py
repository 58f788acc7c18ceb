"""Triggers, which only refuse: a table whose rows are written once, and a table of facts, which are revised and never changed."""

from alembic import op

_REFUSE_CHANGE = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are written once', TG_TABLE_NAME USING ERRCODE = 'restrict_violation', CONSTRAINT = 'refuse_change';
END $$
"""

_REFUSE_FACT_CHANGE = """
CREATE FUNCTION refuse_fact_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.superseded_at IS NULL AND NEW.superseded_at IS NOT NULL
        AND to_jsonb(NEW) - 'superseded_at' = to_jsonb(OLD) - 'superseded_at' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'facts of % are revised, never changed', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'refuse_fact_change';
END $$
"""

_REFUSE_SEALED_CHANGE = """
CREATE FUNCTION refuse_sealed_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.position IS NULL AND NEW.position IS NOT NULL AND NEW.digest IS NOT NULL
        AND to_jsonb(NEW) - 'position' - 'digest' = to_jsonb(OLD) - 'position' - 'digest' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'rows of % are written once and sealed once', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'refuse_change';
END $$
"""

_REFUSE_FACT_CHANGE_BUT_SEALING = """
CREATE FUNCTION refuse_fact_change_but_sealing() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    of_text text[] := ARRAY[TG_ARGV[0], TG_ARGV[0] || '_sealed', 'erased_at'];
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.superseded_at IS NULL AND NEW.superseded_at IS NOT NULL
        AND to_jsonb(NEW) - 'superseded_at' = to_jsonb(OLD) - 'superseded_at' THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' AND coalesce(to_jsonb(NEW) ->> TG_ARGV[0], '') = ''
        AND to_jsonb(NEW) - of_text = to_jsonb(OLD) - of_text THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'facts of % are revised, never changed', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'refuse_fact_change';
END $$
"""


def make_functions() -> None:
    """Make what the triggers of all tables call."""
    op.execute(_REFUSE_CHANGE)
    op.execute(_REFUSE_FACT_CHANGE)


def drop_functions() -> None:
    """Take away what `make_functions` made."""
    op.execute("DROP FUNCTION refuse_fact_change()")
    op.execute("DROP FUNCTION refuse_change()")


def written_once(table: str) -> None:
    """Refuse each change of a row."""
    op.execute(f"CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change()")


def revised_only(table: str) -> None:
    """Refuse each change of a fact but that a revision took its place."""
    op.execute(f"CREATE TRIGGER refuse_fact_change BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_fact_change()")


def sealed_once(table: str) -> None:
    """Refuse each change of a row but the first one that gives it its place in a chain, instead of all."""
    op.execute(_REFUSE_SEALED_CHANGE)
    op.execute(f"DROP TRIGGER refuse_change ON {table}")
    op.execute(f"CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_sealed_change()")


def sealed_no_more(table: str) -> None:
    """Take back what `sealed_once` made."""
    op.execute(f"DROP TRIGGER refuse_change ON {table}")
    written_once(table)
    op.execute("DROP FUNCTION refuse_sealed_change()")


def make_sealing_function() -> None:
    """Make what the triggers call of facts one of whose texts is sealed."""
    op.execute(_REFUSE_FACT_CHANGE_BUT_SEALING)


def drop_sealing_function() -> None:
    """Take away what `make_sealing_function` made."""
    op.execute("DROP FUNCTION refuse_fact_change_but_sealing()")


def revised_or_sealed(table: str, text: str) -> None:
    """Refuse each change of a fact but a revision, and that its text in clear is sealed, sealed anew or erased, instead of all."""
    op.execute(f"DROP TRIGGER refuse_fact_change ON {table}")
    op.execute(
        f"CREATE TRIGGER refuse_fact_change BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION refuse_fact_change_but_sealing('{text}')"
    )


def revised_only_again(table: str) -> None:
    """Take back what `revised_or_sealed` made."""
    op.execute(f"DROP TRIGGER refuse_fact_change ON {table}")
    revised_only(table)
