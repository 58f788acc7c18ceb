"""Workbooks that a street brings, and the command that reads them."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest
from click.testing import Result

from tests.support.command_line import CommandLine
from tests.support.imports import filled

Row = Mapping[str, object]


def workbook(path: Path, kind: str, rows: Sequence[Row]) -> Path:
    """The template of a kind, filled in; a row is given by field."""
    path.write_bytes(filled(kind, rows))
    return path


@pytest.fixture
def brought(ejia: CommandLine, tmp_path: Path) -> Callable[..., Result]:
    """Brings rows: `brought("volunteers", rows, "--check")`; the same `name` is the same file."""

    def bring(kind: str, rows: Sequence[Row], *options: str, name: str = "book", area: str = "639999001000") -> Result:
        path = tmp_path / f"{name}.xlsx"
        if not path.exists():
            workbook(path, kind, rows)
        return ejia("import", "enter", kind, str(path), "--area", area, *options)

    return bring
