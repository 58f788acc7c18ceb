"""`ejia` as an operator runs it, on the database of the test."""

from click.testing import CliRunner, Result

from config.settings import Settings
from ejia.cli.main import main
from tests.support.environment import environment_of


class CommandLine:
    """Runs commands: `ejia("areas", "list")`."""

    def __init__(self, settings: Settings) -> None:
        self.environment = environment_of(settings)

    def __call__(self, *arguments: str, stdin: str | None = None) -> Result:
        return CliRunner().invoke(main, arguments, input=stdin, env=self.environment)
