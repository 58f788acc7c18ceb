"""How a command ends when it cannot do its work: one clear line on standard error, and an exit code that means something."""

import click


class Failure(click.ClickException):
    """Refused or failed."""

    exit_code = 1


class Unreachable(Failure):
    """A service that we need does not answer."""

    exit_code = 3


class Misconfigured(Failure):
    """The settings or catalogues do not allow a start."""

    exit_code = 4
