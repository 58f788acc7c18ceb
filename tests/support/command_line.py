"""`ejia` as an operator runs it, on the database of the test."""

import base64

from click.testing import CliRunner, Result
from pydantic import SecretStr

from config.settings import Settings
from ejia.cli.main import main


def environment_of(settings: Settings) -> dict[str, str]:
    """The variables from which a process would read these settings."""

    def plain(value: SecretStr) -> str:
        assert base64.b64decode(value.get_secret_value())
        return value.get_secret_value()

    return {
        "DATABASE_URL": settings.database_url,
        "REDIS_URL": settings.redis_url,
        "BROKER_URL": settings.broker_url,
        "EJIA_PROFILE": settings.profile.value,
        "EJIA_TOKEN_KEY": plain(settings.token_key),
        "EJIA_CODE_KEY": plain(settings.code_key),
        "EJIA_INDEX_KEY": plain(settings.index_key),
        "EJIA_SEALING_KEYS": ",".join(f"{name}:{plain(key)}" for name, key in settings.sealing_keys.items()),
        "EJIA_WECHAT_APPID": settings.wechat_appid,
        "EJIA_WECHAT_SECRET": settings.wechat_secret.get_secret_value(),
        "EJIA_CLOCK_FILE": str(settings.clock_file),
        "EJIA_LOG_JSON": "false",
    }


class CommandLine:
    """Runs commands: `ejia("areas", "list")`."""

    def __init__(self, settings: Settings) -> None:
        self.environment = environment_of(settings)

    def __call__(self, *arguments: str, stdin: str | None = None) -> Result:
        return CliRunner().invoke(main, arguments, input=stdin, env=self.environment)
