"""Checks that a production copy makes before it serves. They come on top of what the settings refuse.

A database that cannot be asked yet holds no process back: it is asked again before the first request or task, and none is served before.
"""

import structlog
from sqlalchemy.exc import SQLAlchemyError

from backend.foundation import demonstration
from backend.foundation.errors import Unavailable
from config.settings import Settings, SettingsInvalid, read_settings

log = structlog.get_logger(__name__)

DEMONSTRATION = "DATABASE_URL: 数据库中是示范数据（ejia demo load），正式系统不能使用"


class StartCheck:
    """Asks the database of a production copy, once, whether it holds demonstration data."""

    def __init__(self, settings: Settings) -> None:
        self._database_url = settings.database_url
        self._passed = settings.is_trial

    def at_start(self) -> None:
        """Raises SettingsInvalid where there is demonstration data; a database that does not answer is asked again before work."""
        if self._passed:
            return
        found = self._ask()
        if found:
            raise SettingsInvalid([DEMONSTRATION])
        if found is None:
            log.warning("production.database_not_asked")

    def before_work(self) -> None:
        """Raises Unavailable until the database has said that it holds no demonstration data."""
        if not self._passed and self._ask() is not False:
            raise Unavailable

    def _ask(self) -> bool | None:
        found = _holds_demonstration(self._database_url)
        self._passed = found is False
        return found


def settings_for_start() -> Settings:
    """The settings of the environment. Raises SettingsInvalid with all that is wrong, demonstration data in the database included."""
    try:
        return read_settings()
    except SettingsInvalid as invalid:
        # The settings may name a database even where they name little else.
        if invalid.database_url is not None and _holds_demonstration(invalid.database_url):
            raise SettingsInvalid([*invalid.complaints, DEMONSTRATION], invalid.database_url) from None
        raise


def _holds_demonstration(database_url: str) -> bool | None:
    """None when the database does not answer."""
    try:
        return demonstration.is_marked(database_url)
    except SQLAlchemyError:
        return None
