"""`python -m tests.faults.rebuilding FOLDER`: says a line for each way in which the derived values of a copy differ from its facts.

The copy's PostgreSQL runs in the folder, and its settings stand in the environment.
"""

import os
import sys
from pathlib import Path

from backend.foundation import clock
from backend.foundation.database import db
from config.settings import read_settings
from ejia.app import create_app
from ejia.trial.servers import EmbeddedPostgres
from tests.faults.rebuilt import rebuilt_from_nothing, rebuilt_in_place, unlike_a_recount
from tests.faults.soundness import derived, net

DEMONSTRATION_YEAR = 2023


def main(folder: Path) -> None:
    environment = dict(os.environ)
    url = environment["DATABASE_URL"]
    with create_app(read_settings()).app_context():
        for year in sorted({DEMONSTRATION_YEAR, clock.shanghai_day(clock.now()).year}):
            for found in unlike_a_recount(year)[:3]:
                _say(f"figures of {year} differ from a recount: {found}")
        db.session.remove()
        db.engine.dispose()
    settled = derived(url)
    if rebuilt_in_place(environment) != settled:
        _say("a rebuild gives other values")
    if rebuilt_from_nothing(environment, EmbeddedPostgres(folder / "postgres")) != net(url):
        _say("a rebuild from nothing gives other values")


def _say(found: str) -> None:
    sys.stdout.write(f"{found}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
