"""Phones whose holders know nothing but what they read: an id that no answer gave them stops the test. So each step of a day can be
taken by somebody who has only the product before them."""

import json
import re
from collections.abc import Iterable
from typing import Any, ClassVar

from werkzeug.test import TestResponse

from tests.support.phone import Phone

ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


class Hand(Phone):
    """Somebody who has read some answers. `public` is what anybody may read, who is not logged in either."""

    public: ClassVar[set[str]] = set()

    def __init__(self, client: Any, access_token: str, account_id: str, *, refresh_token: str | None = None) -> None:
        super().__init__(client, access_token, account_id, refresh_token=refresh_token)
        self._read: set[str] = set()

    def _sent(self, method: str, path: str, *, key: str | None = None, **content: Any) -> TestResponse:
        unread = ids_in([path, json.dumps(content.get("json")), json.dumps(content.get("query_string"))]) - self._read - self.public
        assert not unread, f"{method} {path}: no answer gave {unread}"
        answer = super()._sent(method, path, key=key, **content)
        self._read |= ids_in([answer.get_data(as_text=True)] if answer.is_json else [])
        return answer


def ids_in(texts: Iterable[str]) -> set[str]:
    """The ids that stand in texts."""
    return {found for text in texts for found in ID.findall(text)}
