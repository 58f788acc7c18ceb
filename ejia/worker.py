"""`python -m ejia.worker worker` or `… beat` starts one of the two processes that the broker connects.

Each loads its own and nothing of the other's: beat knows the tasks by name only.
"""

import sys
from importlib import import_module

from config.settings import SettingsInvalid

NO_SUCH_PROCESS = 2
"""Exit code where the first word says neither, as of Celery where it knows no such command."""

NOT_ALLOWED = 4
"""Exit code where the settings do not allow a start, as of `ejia`."""

PROCESSES = {"worker": ("ejia.worker_app", "create_worker"), "beat": ("ejia.beat", "create_beat")}
"""Where each is built."""


def main() -> None:
    """Start a worker or beat. Ends with code 4 and a line for each reason where the copy may not start, with 2 where neither is named."""
    arguments = sys.argv[1:]
    # A beat that is built as a worker has no schedule: it rings nothing, and says nothing of it.
    if not arguments or arguments[0] not in PROCESSES:
        print("第一个词须是 worker 或 beat，Celery 的选项写在它后面。", file=sys.stderr)  # noqa: T201 - a program's last word
        sys.exit(NO_SUCH_PROCESS)
    module, build = PROCESSES[arguments[0]]
    try:
        celery = getattr(import_module(module), build)()
    except SettingsInvalid as invalid:
        print(invalid, file=sys.stderr)  # noqa: T201 - a program's last word
        sys.exit(NOT_ALLOWED)
    celery.start(arguments)


if __name__ == "__main__":
    main()
