"""`python -m ejia.worker worker` or `… beat` starts one of the two processes that the broker connects.

Each loads its own and nothing of the other's: beat knows the tasks by name only.
"""

import sys
from importlib import import_module

from config.settings import SettingsInvalid

NOT_ALLOWED = 4
"""Exit code where the settings do not allow a start, as of `ejia`."""

BEAT, WORKER = ("ejia.beat", "create_beat"), ("ejia.worker_app", "create_worker")
"""Where each is built."""


def main() -> None:
    """Start a worker or beat. Ends with code 4 and a line for each reason where the copy may not start."""
    module, build = BEAT if sys.argv[1:2] == ["beat"] else WORKER
    try:
        celery = getattr(import_module(module), build)()
    except SettingsInvalid as invalid:
        print(invalid, file=sys.stderr)  # noqa: T201 - a program's last word
        sys.exit(NOT_ALLOWED)
    celery.start(sys.argv[1:])


if __name__ == "__main__":
    main()
