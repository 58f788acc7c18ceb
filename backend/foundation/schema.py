"""Brings the schema of the database up to date, takes it back, and compares it with the models.

Alembic is loaded by who migrates: any other process only asks which migration it knows as the newest.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import MetaData, create_engine, pool

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).resolve().parents[1] / "migrations"


def config_for(database_url: str) -> "Config":
    """Alembic's configuration for one database."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))  # a file of settings would read more into it
    config.set_main_option("path_separator", "os")
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes["database_url"] = database_url
    return config


def head() -> str:
    """The newest migration that this code knows."""
    return max(revisions())


def revisions() -> set[str]:
    """All migrations that this code knows: each is named after its number, and they stand in one row."""
    return {path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py")}


def current(database_url: str) -> str | None:
    """The migration that a database stands at; None before the first."""
    from alembic.migration import MigrationContext

    engine = create_engine(database_url, poolclass=pool.NullPool)
    try:
        with engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()
    finally:
        engine.dispose()


def upgrade(database_url: str, revision: str = "head") -> None:
    """Run the migrations up to a revision. Waits while another process migrates."""
    from alembic import command

    command.upgrade(config_for(database_url), revision)


def downgrade(database_url: str, revision: str) -> None:
    """Take the migrations back to a revision (`base`: all of them)."""
    from alembic import command

    command.downgrade(config_for(database_url), revision)


def differences(database_url: str, metadata: MetaData) -> list[Any]:
    """What Alembic would still change to make the database equal to the models: empty when they agree."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    engine = create_engine(database_url, poolclass=pool.NullPool)
    try:
        with engine.connect() as connection:
            return list(compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), metadata))
    finally:
        engine.dispose()
