"""What was not found, in the words of people: the one place that knows them.

It goes by the address alone, never by why: whom something is hidden from is told the same as whoever asks for what was never there.
"""

import re

from flask import current_app, has_request_context, request
from werkzeug.routing import Rule

from web.labels import LABELS
from web.routes import AnyView, contract_of

_PARTS = re.compile(r"<(?:[^<>]*:)?([^<>:]+_id)>")
_ONES_OWN = frozenset({"file_id", "job_id", "message_id", "session_id"})
"""Things that nobody has by an office."""
_BY_OTHER_FIELDS = {"login_name": "account_id", "up_to": "message_id"}
"""What is named by other fields than ids."""


def what_is_missing() -> str | None:
    """The sentence for a 404 of the request in hand; None where its address does not tell."""
    if not has_request_context() or request.url_rule is None:
        return None
    return sentence_for(request.url_rule, current_app.view_functions[request.url_rule.endpoint])


def sentence_for(rule: Rule, view: AnyView) -> str | None:
    """没有找到该报到，或者不在您的管辖范围内: the thing that the address names last, or the only one that its fields name."""
    things = _PARTS.findall(rule.rule)[-1:] or _named_by_fields(view)
    if len(things) != 1 or things[0] not in LABELS:
        return None
    return f"没有找到该{LABELS[things[0]]}" + ("" if things[0] in _ONES_OWN else "，或者不在您的管辖范围内")


def _named_by_fields(view: AnyView) -> list[str]:
    contract = contract_of(view)
    fields = [name for shape in (contract.body, contract.query) if shape is not None for name in shape.model_fields]
    return [_BY_OTHER_FIELDS.get(name, name) for name in fields if name.endswith("_id") or name in _BY_OTHER_FIELDS]
