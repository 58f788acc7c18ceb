"""Checks that a production copy makes before it serves. They come on top of what the settings refuse.

A database that cannot be asked yet holds no process back: it is asked again before the first request or task, and none is served before.
"""

import structlog
from sqlalchemy.exc import SQLAlchemyError

from backend.foundation import demonstration, grants
from backend.foundation.errors import Unavailable
from config.settings import Settings, SettingsInvalid, read_settings

log = structlog.get_logger(__name__)

SUPERUSER = "DATABASE_URL: 数据库用户是超级用户，可以改写审计记录；请用只读写数据的用户，见 docs/operations.md 的 Two users of the database"
DEMONSTRATION = "DATABASE_URL: 数据库中是示范数据（ejia demo load），正式系统不能使用"


class StartCheck:
    """Asks the database of a production copy, once, whether it holds demonstration data and as whom it is worked on."""

    def __init__(self, settings: Settings) -> None:
        self._database_url = settings.database_url
        self._passed = settings.is_trial

    def at_start(self) -> None:
        """Raises SettingsInvalid where something is wrong; a database that does not answer is asked again before work."""
        if self._passed:
            return
        found = self._ask()
        if found:
            raise SettingsInvalid(found)
        if found is None:
            log.warning("production.database_not_asked")

    def before_work(self) -> None:
        """Raises Unavailable until the database has said that nothing is wrong."""
        if not self._passed and self._ask() != []:
            raise Unavailable

    def _ask(self) -> list[str] | None:
        found = wrongs_of(self._database_url)
        self._passed = found == []
        if self._passed and grants.owns_audit_log(self._database_url):
            log.warning("production.audit_log_not_protected", reason="the app's user owns the tables: docs/operations.md, Two users")
        return found


def settings_for_start() -> Settings:
    """The settings of the environment. Raises SettingsInvalid with all that is wrong, demonstration data in the database included."""
    try:
        return read_settings()
    except SettingsInvalid as invalid:
        # The settings may name a database even where they name little else.
        found = wrongs_of(invalid.database_url) if invalid.database_url is not None else None
        if found:
            raise SettingsInvalid([*invalid.complaints, *found], invalid.database_url) from None
        raise


def wrongs_of(database_url: str) -> list[str] | None:
    """What is wrong with the database of a production copy; None when it does not answer."""
    try:
        asked = ((demonstration.is_marked, DEMONSTRATION), (grants.is_superuser, SUPERUSER))
        return [said for is_so, said in asked if is_so(database_url)]
    except SQLAlchemyError:
        return None
