"""扫码登录: the code that a browser shows."""

from datetime import timedelta

from backend.accounts import service as accounts
from backend.accounts import tokens
from backend.accounts.whence import Whence
from backend.foundation import clock

NETWORK = "203.0.113.*"


def scan_code(*, drawn_in: timedelta = timedelta()) -> str:
    """Of a browser in which nobody is logged in. Drawn in an hour, it is good for who asks until then."""
    return tokens.maker().scan_code(accounts.ask_phone(Whence("Edge", "Windows", NETWORK), now=clock.now() + drawn_in))
