"""How a command ends when it cannot do its work: one clear line on standard error, and an exit code that says which kind."""

from typing import IO, Any

import click


class Failure(click.ClickException):
    """Refused or failed."""

    exit_code = 1

    def show(self, file: IO[Any] | None = None) -> None:
        """Write the line; click's own would begin in English."""
        click.echo(f"错误：{self.format_message()}", file=file, err=file is None)


class Unreachable(Failure):
    """A service that we need does not answer."""

    exit_code = 3


class Misconfigured(Failure):
    """The settings or catalogues do not allow a start."""

    exit_code = 4
