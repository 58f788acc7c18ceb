"""Phones whose holders know nothing but what they read: an id that no answer gave them stops the test, and so does a code word. So each
step of a day can be taken by somebody who has only the product before them."""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from werkzeug.test import TestResponse

from tests.support.phone import Phone

ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
CODE = re.compile(r"(?=.{1,40}\Z)[a-z][a-z0-9]*(?:_[a-z0-9]+)*")
"""No longer than a word's code is (`WordOut`), as tokens are."""
NO_WORDS = {"true", "false"}


class Hand(Phone):
    """Somebody who has read some answers. `public` is what anybody may read, who is not logged in either; `words`: the codes that every
    client reads when it starts."""

    public: ClassVar[set[str]] = set()
    words: ClassVar[set[str]] = set()

    def __init__(self, client: Any, access_token: str, account_id: str, *, refresh_token: str | None = None) -> None:
        super().__init__(client, access_token, account_id, refresh_token=refresh_token)
        self._read: set[str] = set()
        self._told: set[str] = set()

    def _sent(self, method: str, path: str, *, key: str | None = None, **content: Any) -> TestResponse:
        unread = ids_in([path, json.dumps(content.get("json")), json.dumps(content.get("query_string"))]) - self._read - self.public
        assert not unread, f"{method} {path}: no answer gave {unread}"
        untold = codes_in(content.get("json"), content.get("query_string")) - self._told - self.words
        assert not untold, f"{method} {path}: no answer told what {untold} is"
        answer = super()._sent(method, path, key=key, **content)
        if answer.is_json:
            self._read |= ids_in([answer.get_data(as_text=True)])
            self._told |= codes_in(answer.get_json())
        return answer


def ids_in(texts: Iterable[str]) -> set[str]:
    """The ids that stand in texts."""
    return {found for text in texts for found in ID.findall(text)}


def codes_in(*values: Any) -> set[str]:
    """The code words among values, however deep: `door_knock`, `applied`."""
    found: set[str] = set()
    for value in values:
        if isinstance(value, Mapping):
            found |= codes_in(*value.values())
        elif isinstance(value, list | tuple):
            found |= codes_in(*value)
        elif isinstance(value, str) and CODE.fullmatch(value):
            found.add(value)
    return found - NO_WORDS
