"""补录活动: past activities that nobody published: what waits for a second officer, who served there, what proves it, and the decision."""

from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, Response

from backend import brands
from backend.areas.queries import communities_in_use
from backend.foundation import clock, files
from backend.foundation.actor import Actor
from backend.foundation.database import transaction
from backend.foundation.errors import Conflict, Missing, Refusal, Unprocessable
from backend.foundation.files import PROOF
from backend.foundation.paging import AnyRow
from backend.late_entries import commands, proofs, queries
from backend.late_entries import service as late_entries
from backend.late_entries.commands import LateEntryCommand
from backend.late_entries.groups import groups_named
from backend.late_entries.models import LateEntryStatus
from console import things
from console.addresses import LATE_ENTRIES, SHIFTS
from console.asking import About, Doing, answered, ask, one_of
from console.drawing import draw, draw_again, lead_to, made
from console.forms import NO_FIELDS, Form, by_name, sent_file
from console.listing import NOTHING, list_reader, with_filters
from console.places import ENTERED_LATE
from web.downloads import sent
from web.edge import in_steps, reads
from web.inputs.common import ReasonIn
from web.inputs.late_entries import LateEntriesQuery, LateEntryFormIn
from web.labels import label_of
from web.lists import late_entries_listed
from web.routes import at_most, takes_files
from web.submissions import last_step

bp = Blueprint("console_late_entries", __name__)

TO_DECIDE = with_filters(LATE_ENTRIES, {"status": LateEntryStatus.SUBMITTED.value, "for_me": "true"})
"""The list of what the viewer is to decide."""
_ENTRY = f"{LATE_ENTRIES}/<uuid:entry_id>"
_NEW = f"{LATE_ENTRIES}/new"
_FORM = Form(
    LateEntryFormIn,
    *("community_id", "brand", "title", "place_in_words", "starts_at", "ends_at", "people", "reason", "proven_by", "no_file_because"),
)
_asked = list_reader(LateEntriesQuery)


def _approve(actor: Actor, entry_id: UUID, _sent: object, now: datetime) -> None:
    late_entries.approve(actor, entry_id, now=now)


def _refuse(actor: Actor, entry_id: UUID, sent: ReasonIn, now: datetime) -> None:
    late_entries.refuse(actor, entry_id, reason=sent.reason, now=now)


_ASKED: dict[str, Doing[LateEntryCommand]] = {
    "approval": Doing(
        LateEntryCommand.APPROVE,
        "批准补录",
        "批准以后，每位参加人各有一条服务记录，马上计入时长、积分和统计；一天的时长有上限，与本人的其他记录时间重叠的不能批准。参加人会收到消息。",
        "批准",
        NO_FIELDS,
        _approve,
    ),
    "refusal": Doing(
        LateEntryCommand.REFUSE,
        "不批准补录",
        "这次活动不计入。能看到它的工作人员都看得到理由。",
        "不批准",
        Form(ReasonIn),
        _refuse,
    ),
}
"""The end of its address → the command."""


@bp.get(LATE_ENTRIES)
@reads
def late_entries_page(actor: Actor) -> Response:
    asked, now = _asked(), clock.now()
    query, found = asked.query, NOTHING
    if asked.refusal is None:
        found = late_entries_listed(actor, query, now)
    return draw(
        "late_entries/late_entries.html",
        viewer=actor,
        place=ENTERED_LATE,
        found=found,
        statuses=list(LateEntryStatus),
        brands=brands.current(),
        communities=communities_in_use(queries.areas_looked_after(actor)),
        new=_NEW if commands.may_enter_some(actor) else None,
        **asked.shown,
    )


@bp.get(_NEW)
@reads
def new_late_entry_page(actor: Actor) -> Response:
    return draw("late_entries/new.html", **_new(actor))


@bp.post(_NEW)
@in_steps
def submit_new_late_entry(actor: Actor) -> Response:
    def enter() -> str:
        sent = _FORM.read()
        served = sent.served(groups_named(sent.groups, sent.community_id))
        entered = late_entries.enter(actor, sent.activity(), served, community_id=sent.community_id, now=clock.now())
        return things.address_of(ENTERED_LATE, entered)

    def again(refusal: Refusal) -> Response:
        return draw_again("late_entries/new.html", _by_lines(refusal), keep=_FORM.names, **_new(actor))

    return made(enter, again=again)


@bp.get(_ENTRY)
@reads
def late_entry_page(actor: Actor, entry_id: UUID) -> Response:
    return draw("late_entries/late_entry.html", **_shown(actor, entry_id))


@bp.post(f"{_ENTRY}/proofs")
@in_steps
@at_most("30/minute")
@takes_files(PROOF.largest)
def submit_proof_of_entry(actor: Actor, entry_id: UUID) -> Response:
    try:
        with transaction():
            proofs.require_open_to_proof(actor, entry_id)
        stored = files.put(PROOF, sent_file("file"))
        with last_step():
            proofs.add_proof(actor, entry_id, stored, now=clock.now())
    except (Unprocessable, Conflict) as refusal:
        with transaction():
            return draw_again("late_entries/late_entry.html", refusal, **_shown(actor, entry_id))
    return lead_to(things.address_of(ENTERED_LATE, entry_id))


def _new(actor: Actor) -> dict[str, Any]:
    choices = {
        "community_id": by_name(communities_in_use(commands.areas_to_enter_for(actor))),
        "brand": [(code, brand.name) for code, brand in brands.current().items()],
    }
    return {"viewer": actor, "place": ENTERED_LATE, "form": _FORM, "labels": _FORM.labels, "choices": choices}


def _by_lines(refusal: Refusal) -> Refusal:
    """What was refused of one who served is said of their line."""
    if not isinstance(refusal, Unprocessable) or not any(name.startswith("served.") for name in refusal.errors):
        return refusal
    told: dict[str, list[str]] = {}
    for name, sentences in refusal.errors.items():
        _, is_served, line = name.partition("served.")
        number, _, field = line.partition(".")
        if is_served and number.isdecimal():
            told.setdefault("people", []).extend(f"第{int(number) + 1}行，{label_of(field)}：{sentence}" for sentence in sentences)
        else:
            told.setdefault(name, []).extend(sentences)
    return Unprocessable(refusal.detail, errors=told)


def _shown(actor: Actor, entry_id: UUID) -> dict[str, Any]:
    details = queries.late_entry(actor, entry_id)
    entry = details.line
    return dict(
        **things.head(actor, ENTERED_LATE, entry_id, called=entry.title, status=entry.status, sides={}, side=things.FIRST),
        **things.offered(commands.commands_on_late_entry(actor, entry_id)),
        entry=entry,
        people=details.people,
        proofs=details.proofs,
        reads_proofs=commands.may_read_proofs(actor, entry_id),
        brand=brands.current().get(entry.brand),
        shift=f"{SHIFTS}/{entry.shift_id}" if entry.shift_id else None,
        on_pages=_ASKED,
        may_prove=commands.may_prove(actor, entry_id),
        labels={"file": label_of("file")},
    )


@bp.get(f"{_ENTRY}/proofs/<uuid:proof_id>")
@in_steps
def download_proof_of_entry(actor: Actor, entry_id: UUID, proof_id: UUID) -> Response:
    with transaction():
        file = proofs.proof_file(actor, entry_id, proof_id, now=clock.now())
    return sent(file, lost=Missing)


@bp.get(f"{_ENTRY}/<{one_of(_ASKED)}:step>")
@reads
def late_entry_step_page(actor: Actor, entry_id: UUID, step: str) -> Response:
    return ask(_ASKED[step], _about(actor, entry_id, _ASKED[step].command))


@bp.post(f"{_ENTRY}/<{one_of(_ASKED)}:step>")
@in_steps
def submit_late_entry_step(actor: Actor, entry_id: UUID, step: str) -> Response:
    asking = _ASKED[step]

    def about() -> About:
        return _about(actor, entry_id, asking.command, refused=True)

    return answered(asking, asking.work(actor, entry_id), to=things.address_of(ENTERED_LATE, entry_id), about=about)


def _about(actor: Actor, entry_id: UUID, command: LateEntryCommand, *, refused: bool = False) -> About:
    commands.require_late_entry_command(actor, entry_id, command, refused=refused)
    entry: AnyRow = queries.late_entry(actor, entry_id).line
    said = [f"{clock.span(entry.starts_at, entry.ends_at)}，{entry.people_served}人参加"]
    return About(actor, ENTERED_LATE, entry.title, things.address_of(ENTERED_LATE, entry_id), said)
