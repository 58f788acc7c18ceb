"""Makes docs/limits.md from the code and the catalogues: the page of everything that has a number (`ejia limits`)."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from apiflask import APIFlask

from backend.accounts import limits as callers
from backend.accounts.allowances import TooManyOpen, TooManyToday
from backend.accounts.limits import Bound
from backend.accounts.service import MOST_PASSKEYS, LoginLocked, TooManyPasskeys, hashing, tries
from backend.accounts.service.hashing import PasswordsBusy
from backend.attendance import limits as services
from backend.attendance.service import ScannedTooLongAgo
from backend.attendance.service.doors import TooManyDoorCodes
from backend.foundation import files
from backend.foundation.errors import Refusal, TooMany, Unprocessable
from backend.foundation.files import FileTooLarge
from backend.foundation.search import LONGEST_SEARCH, MOST_WORDS
from backend.late_entries.proofs import TooManyProofs
from backend.proxies import rules as proxies
from backend.proxies.service import TooManyElders
from backend.recoveries.service import applications as recoveries
from backend.recoveries.service.applications import TooManyRecoveries
from backend.reveals import purposes
from backend.reveals.service import TooManyReveals
from backend.wechat import channel
from backend.wechat.errors import WeChatUnavailable
from config.settings import CONFIG_FOLDER, Settings
from ejia.resources import CONSOLE, RESOURCES
from web.limits import REFUSED_CODES, REFUSED_CODES_OF_STRANGERS, USUAL, code_brought, log_in_refreshed
from web.refusals import BodyTooLarge
from web.routes import Access, contract_of

HEAD = """\
# Limits

Written by `ejia limits > docs/limits.md` from the code and the catalogues of `config/`; a test compares. "The person" is one over all
their accounts; who has said to nobody who they are is counted by account. "The address" is an IPv6 one by its /64. Where a token or a
cookie of ours comes along, however old, its account is counted in place of the address.

"""


HOLDERS = {callers.Written.CHECK_CODE: "the application", callers.Written.CLAIM: "the team, the organisation or the person"}
"""Who is counted, where it is not the person who acts."""


class Row(NamedTuple):
    """One limit."""

    what: str
    at_most: str
    counted_for: str
    setting: str
    answer: str


def page() -> str:
    """The whole page, in Markdown."""
    return (
        HEAD
        + _section("By the minute, in Redis: while it is away each process counts for itself", _rates())
        + _section("By the day and by what is open, in PostgreSQL", _written())
        + _section("Passwords", _passwords())
        + _section("The rest", _others())
    ).rstrip("\n") + "\n"


def _section(title: str, rows: Iterator[Row]) -> str:
    head = [f"## {title}", "", "| what | at most | counted for | setting | answer |", "|---|---|---|---|---|"]
    return "\n".join([*head, *(f"| {' | '.join(row)} |" for row in rows), "", ""])


def _says(kind: type[Refusal]) -> str:
    return f"{kind.status} `{kind.code}`"


_COUNTED_FOR = {
    log_in_refreshed: "the log-in whose token it brings, however old; junk by its address",
    code_brought: "the code, which works once; what is none by its address",
}


def _rates() -> Iterator[Row]:
    setting = "`EJIA_RATE_LIMITS_ENABLED` turns rates on and off"
    for address, view in _routes():
        contract = contract_of(view)
        if contract.rate is None:
            continue
        holder = "the address" if contract.access is Access.PUBLIC or contract.access is None else "the account"
        if contract.counted_for is not None:
            holder = _COUNTED_FOR[contract.counted_for]
        yield Row(address, f"`{contract.rate}`", holder, "–", _says(TooMany))
    yield Row("every other route", f"`{USUAL}`", "the account, or the address where nobody is logged in", setting, _says(TooMany))
    takers = ", ".join(address for address, view in _routes() if contract_of(view).takes_wechat_code)
    yield Row(f"codes that WeChat refused: {takers}", f"`{REFUSED_CODES}`", "the address or the account", "–", _says(TooMany))
    everybody = "all together who bring no token of ours; who was in before passes"
    yield Row("the same", f"`{REFUSED_CODES_OF_STRANGERS}`", everybody, "–", _says(TooMany))


def _routes() -> Iterator[tuple[str, Callable[..., Any]]]:
    """Each route with its view. The routes alone: no settings, no database."""
    app = APIFlask("limits", enable_openapi=False, static_folder=None)  # type: ignore[arg-type]
    for resource in (*RESOURCES, *CONSOLE):
        app.register_blueprint(resource)
    for rule in app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield f"`{method} {rule.rule}`", app.view_functions[rule.endpoint]


def _written() -> Iterator[Row]:
    for kind, rule in callers.read(CONFIG_FOLDER / "limits.toml").written.items():
        holder = HOLDERS.get(kind, "the person")
        place = f"`config/limits.toml`, `written.{kind.value}`"
        yield Row(f"{kind.value} ({rule.name})", _bound(rule), holder, place, _answers(rule))
        if rule.in_office is not None:
            yield Row(
                "the same, by who holds an office", _bound(rule.in_office), "the person", f"{place}, `in_office`", _answers(rule.in_office)
            )
    week = f"{recoveries.MOST_APPLICATIONS} in {recoveries.WITHIN.days} days"
    yield Row("applications for one's old account", week, "the account", "–", _says(TooManyRecoveries))
    readings = purposes.read(CONFIG_FOLDER / "reveals.toml").most_in_an_hour
    yield Row(
        "readings of personal data in clear",
        f"{readings} in an hour",
        "the account",
        "`config/reveals.toml`, `most_in_an_hour`",
        _says(TooManyReveals),
    )
    wrong = services.read(CONFIG_FOLDER / "services.toml").door.most_wrong
    of_whom = "the person and the home"
    yield Row("wrong codes of a door", f"{wrong} in a day", of_whom, "`config/services.toml`, `door`", _says(TooManyDoorCodes))
    later = services.read(CONFIG_FOLDER / "services.toml").signing.sent_later_minutes
    sent = f"{later} minutes after the scan"
    yield Row("a sign-in or sign-out sent later", sent, "the scan", "`config/services.toml`, `signing`", _says(ScannedTooLongAgo))
    proofs = services.read(CONFIG_FOLDER / "services.toml").late_entries.most_proofs
    yield Row("files that prove a past activity", str(proofs), "the entry", "`config/services.toml`, `late_entries`", _says(TooManyProofs))
    elders = proxies.read(CONFIG_FOLDER / "proxies.toml").limits.most_elders
    yield Row("people for whom one acts", str(elders), "the proxy", "`config/proxies.toml`, `most_elders`", _says(TooManyElders))


def _bound(bound: Bound) -> str:
    return f"{bound.a_day} a day" + (f", {bound.open} open" if bound.open is not None else "")


def _answers(bound: Bound) -> str:
    return _says(TooManyToday) + (f", {_says(TooManyOpen)}" if bound.open is not None else "")


def _passwords() -> Iterator[Row]:
    first, longest = (int(time.total_seconds() // 60) for time in (tries.FIRST_LOCK, tries.LONGEST_LOCK))
    locked = f"{tries.FAILURES_BEFORE_LOCK} in a row, then a lock of {first} minutes, then of twice as long, up to {longest}"
    yield Row(
        "wrong passwords", locked, "the name and the address; apart a device or browser on which its holder was in", "–", _says(LoginLocked)
    )
    everywhere = f"{tries.STRANGERS_BEFORE_LOCK} in a row, then locked likewise"
    yield Row("wrong passwords from everywhere", everywhere, "the name; but not where its holder was in before", "–", _says(LoginLocked))
    codes = f"{tries.FAILURES_BEFORE_LOCK} in a row, {tries.STRANGERS_CODES_BEFORE_LOCK} from everywhere, then locked likewise"
    yield Row("wrong codes of a second factor beside the right password", codes, "the log-in, as with passwords", "–", _says(LoginLocked))
    yield Row("passkeys", str(MOST_PASSKEYS), "the log-in", "–", _says(TooManyPasskeys))
    yield Row(
        "passwords looked at", f"{hashing.AT_ONCE} at a time, 64 MiB each; others wait a moment", "the process", "–", _says(PasswordsBusy)
    )


def _others() -> Iterator[Row]:
    body = Settings.model_fields["body_limit_bytes"].default
    yield Row("bytes of a body", f"{body // 1024} KiB", "the request", "`EJIA_BODY_LIMIT_BYTES`", _says(BodyTooLarge))
    yield Row("bytes of a file that is sent", f"{files.PROOF.largest // 1024**2} MiB", "the file", "–", _says(FileTooLarge))
    search = f"{MOST_WORDS} words, {LONGEST_SEARCH} characters in all"
    yield Row("what is looked for in a list", search, "the request", "–", _says(Unprocessable))
    yield Row("calls of WeChat", f"{channel.AT_ONCE} at a time; others wait a moment", "the process", "–", _says(WeChatUnavailable))
    yield Row("looks at what `/readyz` tells", "one a second", "the process", "–", "what was found last")
