"""A trial copy as a browser meets it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient

from backend.foundation.database import db
from config.settings import Settings
from ejia.trial.demo.told import DemonstrationLogin, keep
from ejia.trial.web import create_trial_app


@pytest.fixture
def trial_of(settings: Settings) -> Iterator[Callable[..., FlaskClient]]:
    """Makes a client of a trial copy with other settings."""
    made: list[APIFlask] = []

    def make(**changed: object) -> FlaskClient:
        made.append(create_trial_app(settings.model_copy(update=changed)))
        return made[-1].test_client()

    yield make
    for app in made:
        with app.app_context():
            db.engine.dispose()


@pytest.fixture
def browser(trial_of: Callable[..., FlaskClient], tmp_path: Path) -> FlaskClient:
    """A browser before a trial copy whose demonstration has one officer and one phone."""
    logins = tmp_path / "logins.jsonl"
    keep([DemonstrationLogin("shequ-1", False, "和平社区工作人员"), DemonstrationLogin("leader", True, "一支队伍的<队长>")], logins)
    return trial_of(demonstration_file=logins)
