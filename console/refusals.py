"""A refusal as a page: what happened, and what to do now; code and request id stand small below, for who asks for help.

Who is not logged in is led to the log-in instead, and back to where they wanted to go.
"""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from urllib.parse import urlencode

from flask import Response, render_template, request

from backend.accounts.service import PasswordChangeNeeded, SecondFactorUnset
from backend.accounts.tokens import TokenInvalid
from backend.foundation.errors import Conflict, Forbidden, Malformed, Missing, Refusal, TooMany, Unauthenticated, Unavailable, Unprocessable
from backend.foundation.tracing import current_request_id
from console.addresses import LOGIN, PASSWORD, SECOND_FACTOR
from console.drawing import lead_to
from web.caller import is_glance
from web.forgery import FormNotOurs
from web.labels import label_of
from web.refusals import InternalError

# What a person does about it, by kind; the first that fits.
_ADVICE: tuple[tuple[type[Refusal], str], ...] = (
    (FormNotOurs, "请返回上一页，刷新后重新提交。"),
    (Forbidden, "如确需办理，请联系上级单位的管理人员。"),
    (Missing, "请核对网址；如果是从列表点进来的，请刷新列表后再试。"),
    (Malformed, "请返回上一页，刷新后再试。"),
    (Unprocessable, "请返回上一页，更正后再提交。"),
    (Conflict, "请返回上一页，刷新后查看现在的状态。"),
    (InternalError, "请稍后再试；仍然不行的，请把下面的请求编号告诉系统管理员。"),
)


def refuse(refusal: Refusal) -> Response:
    """How a refusal leaves the console."""
    elsewhere = _elsewhere(refusal)
    if elsewhere is None:
        return refusal_page(refusal)
    if is_glance():  # of a part of a page, which has no place for another page: the whole of it is asked for again, and led there
        return Response(status=HTTPStatus.UNAUTHORIZED, headers={"HX-Refresh": "true"})
    return lead_to(elsewhere)


def _elsewhere(refusal: Refusal) -> str | None:
    if isinstance(refusal, Unauthenticated):
        return _login(refusal)
    if isinstance(refusal, PasswordChangeNeeded):
        return PASSWORD
    return SECOND_FACTOR if isinstance(refusal, SecondFactorUnset) else None


def refusal_page(refusal: Refusal) -> Response:
    """The page that tells a person of a refusal."""
    page = render_template(
        "refusal.html",
        title=type(refusal).detail,
        sentence=refusal.detail,
        errors=_by_label(refusal.errors) if isinstance(refusal, Unprocessable) else (),
        advice=_advice(refusal),
        code=refusal.code,
        request_id=current_request_id(),
    )
    return Response(page, refusal.status, mimetype="text/html")


def _by_label(errors: Mapping[str, Sequence[str]]) -> list[tuple[str, Sequence[str]]]:
    return [(label_of(field), sentences) for field, sentences in errors.items()]


def _advice(refusal: Refusal) -> str:
    if isinstance(refusal, TooMany | Unavailable):
        return f"请等{refusal.retry_after}秒，再刷新本页。"
    return next((advice for kind, advice in _ADVICE if isinstance(refusal, kind)), "请返回上一页。")


def _login(refusal: Unauthenticated) -> str:
    """Where to log in, and then go on; a form that was sent is not sent again."""
    asked = {"next": request.full_path.rstrip("?")} if request.method == "GET" else {}
    ended = {"ended": "1"} if isinstance(refusal, TokenInvalid) else {}
    return f"{LOGIN}?{urlencode(asked | ended)}" if asked or ended else LOGIN
