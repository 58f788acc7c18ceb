"""Gives the application to a command that works on the database."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask

from backend.foundation.database import db
from ejia import memory
from ejia.cli.operated import note_command
from ejia.core import create_core
from ejia.production import settings_for_start


@contextmanager
def application() -> Iterator[Flask]:
    """Builds it from the environment, within its context, and closes its connections afterwards."""
    app = create_core(settings_for_start())
    memory.settle()
    with app.app_context():
        try:
            note_command()
            yield app
        finally:
            db.session.remove()
            db.engine.dispose()
            gc.unfreeze()
