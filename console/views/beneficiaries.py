"""服务对象: who is visited, by what lists call them. Address and telephone stand on one page only, which is asked for with a purpose."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, Response

from backend.areas.models import Level
from backend.areas.queries import areas_within, communities_in_use
from backend.demands import queries, rules
from backend.demands import service as demands
from backend.demands.models import BasisKind, EndCause
from backend.demands.queries import BeneficiaryLine, BeneficiaryView
from backend.demands.service import BeneficiaryCommand, BeneficiarySimilar
from backend.foundation import clock
from backend.foundation.actor import Actor
from backend.foundation.clock import moment
from backend.foundation.errors import Refusal
from backend.foundation.paging import PageRequest, TimeSort
from backend.foundation.terms import Word
from backend.openings.queries import claimant_names
from backend.reveals.purposes import PersonalField
from backend.reveals.service import Purposeful, Revealed
from console import things
from console.addresses import BENEFICIARIES, DEMANDS, NEW_DEMAND
from console.asking import About, Asking, Doing, answered, ask, one_of
from console.charts import qr_code
from console.drawing import draw, draw_again, made
from console.forms import NO_FIELDS, Form, by_name
from console.listing import NOTHING, list_reader, with_filters
from console.places import VISITED
from console.revealing import choices, revealed, to_reveal
from web.edge import in_steps, reads
from web.inputs.common import ReasonIn
from web.inputs.demands import BeneficiariesQuery, CareIn, ConsentedIn, EndIn, NewBeneficiaryIn, NewHomeIn
from web.lists import beneficiaries_listed
from web.routes import told_once
from web.shapes import Body
from web.submissions import last_step

bp = Blueprint("console_beneficiaries", __name__)

WITHOUT_BASIS = with_filters(BENEFICIARIES, {"for_me": "true"})
"""The list of those of whom it is to be said on what it rests that they are on record."""
_BENEFICIARY = f"{BENEFICIARIES}/<uuid:beneficiary_id>"
_READINGS = "readings"
_DOOR_CODE = "door-code"
_MOST_READINGS = PageRequest(50)
_KEPT = (PersonalField.NAME, PersonalField.ADDRESS, PersonalField.PHONE)
_asked = list_reader(BeneficiariesQuery)
_ADDING = Form(NewBeneficiaryIn, "area_id", "name", "name_confirmed", "called", "address", "born_in", "adult", "phone", "contact_note")


def _consent(actor: Actor, beneficiary_id: UUID, sent: ConsentedIn | CareIn, now: datetime) -> None:
    demands.add_basis(actor, beneficiary_id, sent.basis(), now=now)


def _withdraw(actor: Actor, beneficiary_id: UUID, sent: ReasonIn, now: datetime) -> None:
    demands.withdraw_basis(actor, beneficiary_id, reason=sent.reason, now=now)


def _end_door_code(actor: Actor, beneficiary_id: UUID, _: Body, now: datetime) -> None:
    demands.end_door_code(actor, beneficiary_id, now=now)


def _move(actor: Actor, beneficiary_id: UUID, sent: NewHomeIn, now: datetime) -> None:
    demands.move_beneficiary(actor, beneficiary_id, sent.home(), now=now)


def _end(actor: Actor, beneficiary_id: UUID, sent: EndIn, now: datetime) -> None:
    demands.end_beneficiary(actor, beneficiary_id, sent.cause, now=now)


_ASKED: dict[str, Doing[BeneficiaryCommand]] = {
    "consent": Doing(
        BeneficiaryCommand.STATE_CONSENT,
        "登记同意",
        "登记前，把告知书念给或者交给本人（代办人、监护人），本人同意后填写。登记以后，才能为其发布需求。",
        "登记同意",
        Form(ConsentedIn, "kind"),
        _consent,
    ),
    "care": Doing(
        BeneficiaryCommand.STATE_CARE,
        "登记照护职责",
        "没有明确同意、但社区履行职责确需上门看望的，写明理由，并尽快告知本人。",
        "登记照护职责",
        Form(CareIn),
        _consent,
    ),
    "basis-withdrawal": Doing(
        BeneficiaryCommand.WITHDRAW_BASIS,
        "登记撤回同意",
        "从此不再为其发布需求，认领方不再看到住址和电话，已进行的服务不变。以后可以重新登记。",
        "登记撤回同意",
        Form(ReasonIn),
        _withdraw,
    ),
    "door-code-ending": Doing(
        BeneficiaryCommand.END_DOOR_CODE,
        "作废门牌码",
        "遗失、被抄走的，应当作废。从此不能再用它签到；已经用它签到的，仍可以用它签退。需要时可以重新签发。",
        "作废门牌码",
        NO_FIELDS,
        _end_door_code,
    ),
    "move": Doing(
        BeneficiaryCommand.MOVE,
        "登记搬家",
        "以后按新的住址上门，门牌码随之作废。迁到别的社区的，以后由那里的社区办理；以前的需求不变。",
        "登记搬家",
        Form(NewHomeIn),
        _move,
    ),
    "ending": Doing(
        BeneficiaryCommand.END,
        "结束登记",
        "从此不再为其上门，住址和电话到期删除，不能恢复；再需要上门的，重新登记。去世的，未结束的需求随即取消，并告知认领方。",
        "结束登记",
        Form(EndIn),
        _end,
    ),
}
"""The end of its address → the command."""
_REVEAL = to_reveal(BeneficiaryCommand.REVEAL)
_ISSUE = Asking(
    BeneficiaryCommand.ISSUE_DOOR_CODE,
    "签发门牌码",
    "门牌码打印后交给本人贴在家中，上门的志愿者扫码或者输入后签到签退。只显示一次：请先备好打印机。",
    "签发门牌码",
    NO_FIELDS,
)
_ORDER = list(BeneficiaryCommand)
_ON_PAGES = dict(sorted(({"reveal": _REVEAL, _DOOR_CODE: _ISSUE} | _ASKED).items(), key=lambda page: _ORDER.index(page[1].command)))
"""The end of its address → the command, in the order in which a page offers them."""
_MERGER = Doing(
    BeneficiaryCommand.MERGE,
    "合并重复登记",
    "确认是同一个人以后，需求和查看记录都归到保留的一条，这一条随之结束，不能恢复。",
    "确认是同一人，合并",
    NO_FIELDS,
    lambda *_: None,
)


@bp.get(BENEFICIARIES)
@reads
def beneficiaries_page(actor: Actor) -> Response:
    asked, now = _asked(), clock.now()
    query, found = asked.query, NOTHING
    if asked.refusal is None:
        found = beneficiaries_listed(actor, query, now)
    return draw(
        "beneficiaries/beneficiaries.html",
        viewer=actor,
        place=VISITED,
        found=found,
        bases=list(BasisKind),
        areas=areas_within(queries.areas_of_register(actor)),
        may_add=demands.may_add(actor),
        **asked.shown,
    )


@bp.get(f"{BENEFICIARIES}/new")
@reads
def new_beneficiary_page(actor: Actor) -> Response:
    demands.require_may_add(actor)
    return draw("beneficiaries/new.html", **_new(actor))


@bp.post(f"{BENEFICIARIES}/new")
@in_steps
def submit_new_beneficiary(actor: Actor) -> Response:
    def add() -> str:
        sent = _ADDING.read()
        return things.address_of(VISITED, demands.add_beneficiary(actor, sent.details(), sent.area_id, now=clock.now()))

    def again(refusal: Refusal) -> Response:
        return draw_again("beneficiaries/new.html", refusal, keep=_ADDING.names, **_new(actor), similar=_similar(actor, refusal))

    return made(add, again=again)


@bp.get(_BENEFICIARY)
@reads
def beneficiary_page(actor: Actor, beneficiary_id: UUID) -> Response:
    now = clock.now()
    beneficiary = queries.beneficiary(actor, beneficiary_id, now=now)
    found = demands.commands_on_beneficiary(actor, beneficiary_id, now=now)
    return draw(
        "beneficiaries/beneficiary.html",
        **_head(actor, beneficiary, things.FIRST),
        **things.offered(found),
        beneficiary=beneficiary,
        may_merge=BeneficiaryCommand.MERGE in found,
        new_demand=with_filters(NEW_DEMAND, {"beneficiary_id": str(beneficiary_id)}) if queries.may_submit_some(actor) else None,
        of_them=with_filters(DEMANDS, {"beneficiary_id": str(beneficiary_id)}),
        on_pages=_ON_PAGES,
    )


@bp.get(f"{_BENEFICIARY}/{_READINGS}")
@reads
def beneficiary_readings_page(actor: Actor, beneficiary_id: UUID) -> Response:
    beneficiary = queries.beneficiary(actor, beneficiary_id, now=clock.now())
    found = queries.readings(actor, beneficiary_id, sort=TimeSort.LATEST, page=_MOST_READINGS)
    claimants = claimant_names({reading.claim_id for reading in found.items if reading.claim_id is not None})
    return draw("beneficiaries/readings.html", **_head(actor, beneficiary, _READINGS), found=found, claimants=claimants)


@bp.get(f"{_BENEFICIARY}/<{one_of(_ASKED)}:step>")
@reads
def beneficiary_step_page(actor: Actor, beneficiary_id: UUID, step: str) -> Response:
    return ask(_ASKED[step], _about(actor, beneficiary_id, _ASKED[step].command))


@bp.post(f"{_BENEFICIARY}/<{one_of(_ASKED)}:step>")
@in_steps
def submit_beneficiary_step(actor: Actor, beneficiary_id: UUID, step: str) -> Response:
    asking = _ASKED[step]

    def about() -> About:
        return _about(actor, beneficiary_id, asking.command, refused=True)

    # Who moved to another community is not to be seen here any more.
    to = BENEFICIARIES if asking.command is BeneficiaryCommand.MOVE else things.address_of(VISITED, beneficiary_id)
    return answered(asking, asking.work(actor, beneficiary_id), to=to, about=about)


@bp.get(f"{_BENEFICIARY}/reveal")
@reads
def beneficiary_reveal_page(actor: Actor, beneficiary_id: UUID) -> Response:
    return ask(_REVEAL, _about(actor, beneficiary_id, BeneficiaryCommand.REVEAL))


@bp.post(f"{_BENEFICIARY}/reveal")
@in_steps
@told_once
def submit_beneficiary_reveal(actor: Actor, beneficiary_id: UUID) -> Response:
    def read(wanted: Purposeful, now: datetime) -> Revealed:
        return demands.reveal_field_of_beneficiary(actor, beneficiary_id, wanted, now=now)

    return revealed(_REVEAL, read, about=lambda: _about(actor, beneficiary_id, BeneficiaryCommand.REVEAL, refused=True))


@bp.get(f"{_BENEFICIARY}/{_DOOR_CODE}")
@reads
def door_code_page(actor: Actor, beneficiary_id: UUID) -> Response:
    return ask(_ISSUE, _about(actor, beneficiary_id, BeneficiaryCommand.ISSUE_DOOR_CODE))


@bp.post(f"{_BENEFICIARY}/{_DOOR_CODE}")
@in_steps
@told_once
def submit_door_code(actor: Actor, beneficiary_id: UUID) -> Response:
    with last_step():
        _ISSUE.form.read()
        about = _about(actor, beneficiary_id, BeneficiaryCommand.ISSUE_DOOR_CODE)
        code = demands.issue_door_code(actor, beneficiary_id, now=clock.now())
        return draw("beneficiaries/door_code.html", viewer=actor, place=VISITED, about=about, code=code, picture=qr_code(code.qr))


@bp.get(f"{_BENEFICIARY}/merger/<uuid:into_id>")
@reads
def beneficiary_merger_page(actor: Actor, beneficiary_id: UUID, into_id: UUID) -> Response:
    return ask(_MERGER, _about_merger(actor, beneficiary_id, into_id))


@bp.post(f"{_BENEFICIARY}/merger/<uuid:into_id>")
@in_steps
def submit_beneficiary_merger(actor: Actor, beneficiary_id: UUID, into_id: UUID) -> Response:
    def merge() -> None:
        demands.merge_beneficiary(actor, beneficiary_id, into_id, now=clock.now())

    def about() -> About:
        return _about_merger(actor, beneficiary_id, into_id, refused=True)

    return answered(_MERGER, merge, to=things.address_of(VISITED, into_id), about=about)


def _head(actor: Actor, beneficiary: BeneficiaryView, side: str) -> dict[str, Any]:
    sides = {things.FIRST: "概况"}
    sides |= {_READINGS: "谁查看过"} if queries.may_see_readings(actor, beneficiary) else {}
    return things.head(actor, VISITED, beneficiary.id, called=beneficiary.called, status=beneficiary.status, sides=sides, side=side)


def _about(actor: Actor, beneficiary_id: UUID, command: BeneficiaryCommand, *, refused: bool = False) -> About:
    now = clock.now()
    demands.require_beneficiary_command(actor, beneficiary_id, command, now=now, refused=refused)
    beneficiary = queries.beneficiary(actor, beneficiary_id, now=now)
    beside, seen = [_told(beneficiary)], {}
    if command is BeneficiaryCommand.STATE_CONSENT:
        notice = rules.current().notice
        beside.append(f"要念给或者交给本人的是《{notice.title}》{notice.version}版")
        seen = {"notice_version": notice.version}
    if beneficiary.door_code and command is BeneficiaryCommand.ISSUE_DOOR_CODE:
        beside.append(f"在用的门牌码（{moment(beneficiary.door_code.issued_at)}签发）随之作废，家中贴的要换下")
    address, chosen = things.address_of(VISITED, beneficiary_id), _choices(actor, beneficiary, command)
    return About(actor, VISITED, beneficiary.called, address, beside, seen=seen, choices=chosen)


def _choices(actor: Actor, beneficiary: BeneficiaryView, command: BeneficiaryCommand) -> dict[str, list[tuple[str, str]]]:
    match command:
        case BeneficiaryCommand.STATE_CONSENT:
            grown_up = (BasisKind.OWN_CONSENT, BasisKind.PROXY_CONSENT)
            return {"kind": _words((BasisKind.GUARDIAN_CONSENT,) if beneficiary.may_be_minor else grown_up)}
        case BeneficiaryCommand.REVEAL:
            return choices(_KEPT)
        case BeneficiaryCommand.MOVE:
            everywhere = by_name(communities_in_use([""]))
            here = _served(actor)
            return {"area_id": here + [choice for choice in everywhere if choice not in here]}
        case BeneficiaryCommand.END:
            return {"cause": _words((EndCause.MOVED_AWAY, EndCause.DIED, EndCause.NO_LONGER_WISHES))}
        case _:
            return {}


def _about_merger(actor: Actor, beneficiary_id: UUID, into_id: UUID, *, refused: bool = False) -> About:
    kept = queries.beneficiary(actor, into_id, now=clock.now())
    about = _about(actor, beneficiary_id, BeneficiaryCommand.MERGE, refused=refused)
    return replace(about, beside=[f"结束的一条：{about.beside[0]}", f"保留的一条：{_told(kept)}"])


def _told(line: BeneficiaryLine) -> str:
    """Somebody as lists show them."""
    return "，".join(said for said in (f"{line.called}（{line.name}）", line.age_band, line.area) if said)


def _words(words: Sequence[Word]) -> list[tuple[str, str]]:
    return [(word.value, word.chinese) for word in words]


def _served(actor: Actor) -> list[tuple[str, str]]:
    """The communities and grids of the viewer's register."""
    areas = areas_within(queries.areas_of_register(actor))
    return by_name(area for area in areas if area.level in (Level.COMMUNITY, Level.GRID))


def _new(actor: Actor) -> dict[str, Any]:
    return {"viewer": actor, "place": VISITED, "form": _ADDING, "labels": _ADDING.labels, "choices": {"area_id": _served(actor)}}


def _similar(actor: Actor, refusal: Refusal) -> list[BeneficiaryLine]:
    """Who looks like whom was to be put on record, and those of before, of whom somebody said that they are somebody else."""
    said = refusal.facts.get("similar") if isinstance(refusal, BeneficiarySimilar) else None
    found = [UUID(beneficiary_id) for beneficiary_id in said] if isinstance(said, list) else []
    return queries.beneficiaries_of(actor, found, now=clock.now())
