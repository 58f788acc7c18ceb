"""A web host whose own clock is wrong: the product's application on a machine whose time stands in a file, as seconds ahead."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from apiflask import APIFlask

from backend.foundation import clock
from ejia.trial.web import create_trial_app

AHEAD = "HOST_CLOCK"
"""The variable that names the file."""


def create_host() -> APIFlask:
    """Build the application of a host that goes wrong."""
    ahead = Path(os.environ[AHEAD])
    clock.machine = lambda: datetime.now(UTC) + timedelta(seconds=float(ahead.read_text()))
    return create_trial_app()
