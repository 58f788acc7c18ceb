"""扫码登录: the code that a browser shows."""

from backend.accounts import service as accounts
from backend.accounts import tokens
from backend.accounts.whence import Whence
from backend.foundation import clock

NETWORK = "203.0.113.*"


def scan_code() -> str:
    """Of a browser in which nobody is logged in."""
    return tokens.maker().scan_code(accounts.ask_phone(Whence("Edge", "Windows", NETWORK), now=clock.now()))
