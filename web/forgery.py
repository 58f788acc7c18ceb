"""Forms that a page of somebody else sends in the name of who is logged in here (CSRF).

The cookie alone does not prove that its holder meant it: the browser sends it along. So whatever changes something must come from a page
of this site, by the word of the browser, and carry the token of the log-in, which no other site can read. (SameSite=Lax is the third
guard, web/cookie.py.)
"""

from typing import ClassVar

from flask import request

from backend.accounts import tokens
from backend.accounts.tokens import AccessClaims
from backend.foundation.errors import Forbidden
from web.shapes import FORM_TOKEN, sent_form

_CHANGES_NOTHING = {"GET", "HEAD", "OPTIONS"}


class FormNotOurs(Forbidden):
    """The form came from a page of another site, or from a page that was drawn for another log-in."""

    code: ClassVar[str] = "form_not_ours"
    detail = "页面已过期，请刷新后重新提交"


def refuse_form_of_others(claims: AccessClaims) -> None:
    """Let pass what changes nothing, and a form that a page of this log-in sent. Raises FormNotOurs."""
    if request.method not in _CHANGES_NOTHING:
        refuse_other_sites()
        if not tokens.maker().is_form_token(sent_form().get(FORM_TOKEN, ""), claims):
            raise FormNotOurs


def refuse_other_sites() -> None:
    """Let pass what a page of this site sent. For a form before anybody is logged in; else it is asked anyway. Raises FormNotOurs."""
    site = request.headers.get("Sec-Fetch-Site")
    # Browsers say it over https and to the machine itself; old ones nowhere, and any of them at least says whence a form comes.
    ours = site == "same-origin" if site is not None else request.headers.get("Origin") == f"{request.scheme}://{request.host}"
    if not ours:
        raise FormNotOurs
