"""What `make` does before it does anything: the environment of a checkout that was moved is not trusted."""

import shutil
import subprocess
from pathlib import Path

import pytest


@pytest.mark.parametrize(
    ("written_in", "python_is_there", "stays"), [(None, True, True), ("/another/place", True, False), (None, False, False)]
)
def test_an_environment_that_names_another_place_is_made_anew(
    project_root: Path, tmp_path: Path, written_in: str | None, python_is_there: bool, stays: bool
) -> None:
    shutil.copy(project_root / "Makefile", tmp_path)
    programs = tmp_path / ".venv/bin"
    programs.mkdir(parents=True)
    (programs / "activate").write_text(f'VIRTUAL_ENV="{written_in or tmp_path}/.venv"\n')
    (programs / "python").symlink_to("/bin/sh" if python_is_there else "/gone/python3")

    subprocess.run(["make", "help"], cwd=tmp_path, check=True, capture_output=True)

    assert programs.exists() is stays
