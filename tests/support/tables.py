"""What the database holds, whole: for tests of what must not change."""

from sqlalchemy import literal_column, select, text, true, union_all
from sqlalchemy import table as named

from backend.foundation.database import db
from backend.tables import METADATA

OF_REFUSED_ATTEMPTS = {"audit_counts", "audit_sources"}


def contents() -> dict[str, tuple[int, str]]:
    """Of every table the number of its rows and a digest of them all, as committed; without what the edge writes of a refused attempt."""
    of_rows = [
        select(
            literal_column(f"'{table.name}'"),
            literal_column("count(*)"),
            literal_column("coalesce(md5(string_agg(md5(r::text), '' ORDER BY md5(r::text))), '')"),
        )
        .select_from(named(table.name).alias("r"))
        .where(literal_column("(r.succeeded OR r.details ->> 'route' IS NULL)") if table.name == "audit_entries" else true())
        for table in METADATA.sorted_tables
        if table.name not in OF_REFUSED_ATTEMPTS
    ]
    with db.engine.connect() as connection:
        connection.execute(text("SET TRANSACTION READ ONLY"))
        return {name: (rows, digest) for name, rows, digest in connection.execute(union_all(*of_rows))}
