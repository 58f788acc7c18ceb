"""Runs the long work that waits, as a worker does, in a process of its own: one that can be killed."""

from ejia.core import create_core
from ejia.production import settings_for_start
from tasks.jobs import run

if __name__ == "__main__":
    with create_core(settings_for_start()).app_context():
        run()
