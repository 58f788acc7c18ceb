"""`ejia run` as a program of its own, and what it says."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

EJIA = Path(sys.executable).with_name("ejia")


def clean_environment() -> dict[str, str]:
    """Ours, without what would make the run another copy."""
    return {name: value for name, value in os.environ.items() if not name.startswith("EJIA_") and not name.endswith("_URL")}


def begin_run(folder: Path, *options: str, **variables: str) -> "subprocess.Popen[str]":
    """Start `ejia run` with its data in a folder, and other variables where given."""
    folder.mkdir(exist_ok=True)
    command = [EJIA, "run", "--data", folder, *options]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=clean_environment() | variables)


def read_until(run: "subprocess.Popen[str]", wanted: str) -> str:
    """What the run says, up to the line with these words."""
    assert run.stdout is not None
    said = ""
    for line in run.stdout:
        said += line
        if wanted in line:
            return said
    pytest.fail(f"it ended without saying {wanted!r}:\n{said}")


def address(said: str, what: str) -> str:
    """One of the addresses that a run tells: `address(said, "接口")`."""
    found = re.search(rf"^ +{what} +(\S+)$", said, re.MULTILINE)
    assert found, said
    return found[1]
