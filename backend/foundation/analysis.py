"""What a planner knows of tables that were filled anew.

Only a table's owner may analyse it (from PostgreSQL 17 on also who may MAINTAIN, which is more than the app's user needs), so a function
of the owner's does (`analyse_table`, backend/migrations).
"""

from sqlalchemy import TextClause, text


def analysing(*tables: str) -> TextClause:
    """The statement that has these tables analysed, whoever sends it: what was empty is planned as empty until then."""
    return text("SELECT " + ", ".join(f"analyse_table('{table}')" for table in tables))
