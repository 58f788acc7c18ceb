"""Brings the schema of the database up to date, takes it back, and compares it with the models."""

from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import MetaData, create_engine, pool

MIGRATIONS = Path(__file__).resolve().parents[1] / "migrations"


def config_for(database_url: str) -> Config:
    """Alembic's configuration for one database."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes["database_url"] = database_url
    return config


def head() -> str:
    """The newest migration that this code knows."""
    newest = ScriptDirectory.from_config(config_for("")).get_current_head()
    if newest is None:
        raise RuntimeError("there are no migrations")
    return newest


def revisions() -> set[str]:
    """All migrations that this code knows."""
    return {script.revision for script in ScriptDirectory.from_config(config_for("")).walk_revisions()}


def current(database_url: str) -> str | None:
    """The migration that a database stands at; None before the first."""
    engine = create_engine(database_url, poolclass=pool.NullPool)
    try:
        with engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()
    finally:
        engine.dispose()


def upgrade(database_url: str, revision: str = "head") -> None:
    """Run the migrations up to a revision. Waits while another process migrates."""
    command.upgrade(config_for(database_url), revision)


def downgrade(database_url: str, revision: str) -> None:
    """Take the migrations back to a revision (`base`: all of them)."""
    command.downgrade(config_for(database_url), revision)


def differences(database_url: str, metadata: MetaData) -> list[Any]:
    """What Alembic would still change to make the database equal to the models: empty when they agree."""
    engine = create_engine(database_url, poolclass=pool.NullPool)
    try:
        with engine.connect() as connection:
            return list(compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), metadata))
    finally:
        engine.dispose()
