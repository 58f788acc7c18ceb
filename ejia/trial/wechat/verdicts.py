"""Words answers as WeChat does: an errcode and a sentence that ends in a request id, never an HTTP status."""

import secrets
from datetime import datetime

_SENTENCES = {
    -1: "system error",
    40001: "invalid credential, access_token is invalid or not latest",
    40002: "invalid grant_type",
    40013: "invalid appid",
    40014: "invalid access_token",
    40029: "invalid code",
    40097: "invalid args",
    40125: "invalid appsecret",
    40163: "code been used",
    40164: "invalid ip, not in whitelist",
    40226: "code blocked",
    40243: "appsecret frozen",
    41001: "access_token missing",
    41002: "appid missing",
    41004: "appsecret missing",
    41008: "missing code",
    42001: "access_token expired",
    43001: "require GET method",
    43002: "require POST method",
    44002: "empty post data",
    45009: "reach max api daily quota limit",
    45011: "api minute-quota reach limit, must slower, retry next minute",
    47001: "data format error",
    87007: "session_key does not exist or is expired",
    87008: "invalid sig_method",
    87009: "invalid signature",
}


class Verdict(Exception):
    """The call is not granted, for the reason that the errcode names."""

    def __init__(self, errcode: int, sentence: str | None = None) -> None:
        super().__init__(errcode)
        self.errcode = errcode
        self.sentence = sentence or _SENTENCES.get(errcode, "error")

    def body(self, now: datetime) -> dict[str, object]:
        """The answer, with a request id of its own."""
        return {"errcode": self.errcode, "errmsg": f"{self.sentence}, rid: {request_id(now)}"}


def request_id(now: datetime) -> str:
    """A request id in WeChat's form: `65f0a1b2-1c2d3e4f-5a6b7c8d`."""
    return f"{int(now.timestamp()):08x}-{secrets.token_hex(4)}-{secrets.token_hex(4)}"
