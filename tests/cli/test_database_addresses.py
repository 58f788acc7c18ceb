"""Where the database stands: several servers of which one takes writes, and folders with odd names."""

import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

from config.settings import Settings
from ejia.backup.tools import Server
from ejia.trial.servers import Servers
from tests.support.environment import environment_of


def command(settings: Settings, folder: Path, url: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command line of the sources in a folder, on the database at this address."""
    environment = environment_of(settings) | {"DATABASE_URL": url, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    program = [sys.executable, "-P", "-m", "ejia.cli.main", *arguments]
    return subprocess.run(program, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=60)


def test_of_several_servers_the_one_that_takes_writes_is_used(
    settings: Settings, servers: Servers, project_root: Path, tmp_path: Path
) -> None:
    postgres = servers.postgres
    there = Server(settings.database_url).parts
    hosts = ",".join(f"{quote(str(host), safe='')}:{there['port']}" for host in (tmp_path, postgres.sockets))
    url = f"postgresql://{there['user']}@{hosts}/{there['dbname']}?target_session_attrs=read-write"

    listed = command(settings, project_root, url, "areas", "list")

    assert listed.returncode == 0, listed.stderr
    named = Settings.model_validate({**settings.model_dump(), "database_url": url}).database_url
    with Server(named).connect() as connection:  # as `ejia backup` connects
        assert connection.execute("SELECT current_database()").fetchone() == (there["dbname"],)


def test_a_folder_with_a_percent_sign_in_its_name_is_a_folder(
    settings: Settings, servers: Servers, project_root: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "100% ours"
    for name in ("backend", "config", "console", "ejia", "miniprogram_api", "tasks", "web"):
        shutil.copytree(project_root / name, folder / name)  # with their bytecode, which saves compiling all of it again
    servers.postgres.create_database("percent")
    try:
        migrated = command(settings, folder, servers.postgres.url_for("percent"), "migrate")
        assert migrated.returncode == 0, migrated.stderr
    finally:
        servers.postgres.drop_database("percent")
