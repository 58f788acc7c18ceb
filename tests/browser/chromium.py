"""The browser of these tests: Debian's Chromium, or another that is installed; none is downloaded.

`python -m tests.browser.chromium` says what to install where there is none.
"""

import shutil
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MISSING = (
    f"No browser found for `make test-browser`; none of these is: {', '.join(NAMES)}. "
    "On Debian install it, with a font for Chinese: apt-get install chromium fonts-noto-cjk"
)
OPTIONS = (
    "--no-sandbox",  # who runs the tests in a container is root there
    "--disable-dev-shm-usage",  # which may have no /dev/shm
    "--disable-gpu",
    "--font-render-hinting=none",
)


def found() -> str | None:
    """Where it is."""
    return next((path for name in NAMES if (path := shutil.which(name)) is not None), None)


if __name__ == "__main__":
    sys.exit(0 if found() else MISSING)
