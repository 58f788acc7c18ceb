"""Registered volunteers (志愿服务条例 art. 7): joining, leaving and joining again, and whether somebody is one."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import select

from backend.accounts import policy
from backend.accounts import service as accounts
from backend.accounts.policy import Permission, Scope
from backend.areas import service as areas
from backend.areas import transfers
from backend.areas.models import Area
from backend.areas.transfers import Handover
from backend.foundation import audit, clock, facts, outbox, references
from backend.foundation.actor import Actor, Grant, Role
from backend.foundation.database import db
from backend.foundation.errors import Conflict, Forbidden, Unprocessable
from backend.foundation.identifiers import folded
from backend.foundation.refusals import never
from backend.people import minors
from backend.people.minors import AGE_OF_MAJORITY, is_minor_at
from backend.people.models import Person
from backend.people.names import same_name
from backend.people.notices import NoticeName
from backend.people.service import (
    Channel,
    GuardianNeeded,
    Identity,
    IdentityAtDesk,
    PersonNeeded,
    add_person,
    agreed_on_paper,
    give_consent,
    has_guardians_word,
    hold_person,
    look_up,
    move_person,
    own_person,
    person_of,
    read_identity,
    require_adult,
    require_consent,
    require_current,
    require_standing,
    store_phone,
    tie_own_account,
    was_ward,
)
from backend.volunteers.events import VolunteerLeft, VolunteerMoved, VolunteerMovedAway, VolunteerRegistered, VolunteerTransferred
from backend.volunteers.models import VOLUNTEER_NUMBERS, Volunteer


class AlreadyVolunteer(Conflict):
    """The person is a registered volunteer."""

    code = "already_volunteer"
    detail = "您已是注册志愿者"


class NotAVolunteer(Conflict):
    """The person is no registered volunteer (any more)."""

    code = "not_a_volunteer"
    detail = "您还不是注册志愿者"


class StillLeading(Conflict):
    """Who leads a team in which another could lead hands it over before leaving."""

    code = "still_leading"
    detail = "您还是志愿服务队的队长，请先交接再退出"


class IdentityNeeded(Unprocessable):
    """The account has no person yet, so name and identity number must come with the request."""

    code = "identity_needed"
    detail = "请填写姓名和身份证号"


class AlreadyHere(Conflict):
    """This is the community in which they are on record already."""

    code = "already_here"
    detail = "已登记居住在该社区"


class VolunteerNeeded(Forbidden):
    """The account's person is no registered volunteer, or no longer one."""

    code: ClassVar[str] = "volunteer_needed"
    detail = "请先注册成为志愿者"


class VolunteerUnknown(Unprocessable):
    """No registered volunteer has this number and this name."""

    code: ClassVar[str] = "volunteer_unknown"
    detail = "没有找到编号与姓名相符的注册志愿者"


def register_volunteer(
    actor: Actor,
    *,
    name: str | None,
    id_number: str | None,
    area_id: UUID,
    phone: str | None,
    notice_version: str,
    channel: Channel,
    now: datetime,
) -> Volunteer:
    """Make the account's holder a registered volunteer of the community in which they live.

    The person is made where the account has none; who is known already may leave name and number out, and is moved to the community
    named here. `phone` comes from WeChat, never from a form. Raises AlreadyVolunteer, IdentityAtDesk, IdentityNeeded, GuardianNeeded,
     NoticeOutdated, NameInvalid, IdNumberInvalid, PhoneInvalid, areas.NotACommunity.
    """
    community = areas.community(area_id)
    policy.require(actor, Permission.PERSON_REGISTER, Scope(area_path=community.path))
    require_current(NoticeName.VOLUNTEER, notice_version)
    person = _person_for(actor, name, id_number, community, phone, now=now)
    # A guardian or the desk may have registered them before they had an account.
    known = _live_registration(person.id) if actor.person_id is None or is_minor_at(person.born_on, now) else None
    volunteer = known or state_volunteer(actor, person, community, now=now)
    give_consent(actor, person.id, NoticeName.VOLUNTEER, channel=channel, now=now)
    accounts.grant_to_person(actor, person.id, _role_in(volunteer.area_path), now=now)
    audit.record(actor, Permission.PERSON_REGISTER, volunteer.id, now=now, role=Role.VOLUNTEER.value)
    return volunteer


def grant_as_registered(actor: Actor, person_id: UUID, *, now: datetime) -> None:
    """Let the first account of a person act as the volunteer whom a guardian registered, if they are one. The caller has asked policy."""
    volunteer = _live_registration(person_id)
    if volunteer is not None:
        accounts.grant_to_person(actor, person_id, _role_in(volunteer.area_path), now=now)


def state_volunteer(actor: Actor, person: Person, community: Area, *, now: datetime) -> Volunteer:
    """State that a person is a registered volunteer from today. The caller has asked policy and consent. Raises AlreadyVolunteer."""
    today = clock.shanghai_day(now)
    volunteer = facts.state(
        Volunteer,
        actor,
        now=now,
        conflicts={"uq_volunteers_person": AlreadyVolunteer},
        person_id=person.id,
        number=volunteer_number(today.year, db.session.scalars(VOLUNTEER_NUMBERS.next_value().select()).one()),
        area_id=community.id,
        area_path=community.path,
        registered_on=today,
    )
    outbox.record(VolunteerRegistered(volunteer.id), now=now)
    return volunteer


def move_volunteer(actor: Actor, *, number: str, name: str, area_id: UUID, now: datetime) -> Volunteer:
    """Let a volunteer be registered in another community from today, with the number and the day of registration that they have.

    By an officer of the community to which they moved, before whom they stand. What was served and counted stays where it was; teams stay
    theirs. Raises VolunteerUnknown, AlreadyHere, DataWithdrawn, ConsentNeeded, areas.NotACommunity, facts.AlreadyCorrected, Forbidden.
    """
    community = areas.community(area_id)
    policy.require(actor, Permission.VOLUNTEER_MOVE, Scope(area_path=community.path))
    person_id = volunteer_of_number(number, name)
    if person_id is None:
        raise VolunteerUnknown(errors={"volunteer_number": [VolunteerUnknown.detail]})
    hold_person(person_id)  # before all share the row: of two who take them in at once the later one waits here
    require_standing(actor, person_id)
    seen = _live_registration(person_id)
    if seen is None:
        raise VolunteerUnknown(errors={"volunteer_number": [VolunteerUnknown.detail]})
    if seen.area_path == community.path:
        raise AlreadyHere
    here = _move_registration(actor, seen, community, now=now)
    move_person(person_id, community)
    return here


def settle(actor: Actor, person_id: UUID, community: Area, *, now: datetime) -> None:
    """Let a person live in another community, and be registered there as the volunteer that they are. The caller holds the person and has
    asked policy. Raises facts.AlreadyCorrected."""
    seen = _live_registration(person_id)
    if seen is not None and seen.area_path != community.path:
        _move_registration(actor, seen, community, now=now)
    move_person(person_id, community)


def _move_registration(actor: Actor, seen: Volunteer, community: Area, *, now: datetime) -> Volunteer:
    today = clock.shanghai_day(now)
    left = facts.revise(seen, actor, now=now, reason="moved", left_on=today)
    here = facts.state(
        Volunteer,
        actor,
        now=now,
        person_id=seen.person_id,
        number=seen.number,
        area_id=community.id,
        area_path=community.path,
        registered_on=seen.registered_on,
        since=today,
    )
    accounts.withdraw_from_person(actor, seen.person_id, _role_in(seen.area_path), reason="volunteer_moved", now=now)
    accounts.grant_to_person(actor, seen.person_id, _role_in(community.path), now=now)
    outbox.record_all([VolunteerMovedAway(left.id), VolunteerMoved(here.id)], now=now)
    audit.record(actor, Permission.VOLUNTEER_MOVE, here.id, now=now, former=str(left.fact_id))
    return here


def leave_volunteering(actor: Actor, *, reason: str | None, leads_alone: bool = False, now: datetime) -> Volunteer:
    """Give up one's own registration; the record of past services stands. Registering again later is a new fact with a new number.

    Raises PersonNeeded, NotAVolunteer, StillLeading, facts.AlreadyCorrected.
    """
    person = own_person(actor)
    policy.require(actor, Permission.VOLUNTEER_LEAVE, Scope(area_path=person.area_path, person_id=person.id))
    left = end_registration(actor, person.id, reason=reason, leads_alone=leads_alone, now=now)
    if left is None:
        raise NotAVolunteer
    return left


def end_registration(actor: Actor, person_id: UUID, *, reason: str | None, leads_alone: bool = False, now: datetime) -> Volunteer | None:
    """End a registration from today; None when there is none. `leads_alone`: nobody else could lead what they lead; then they lead no more,
    and `teams` hears of it. The caller has asked policy. Raises StillLeading, AlreadyCorrected."""
    seen = _live_registration(person_id)
    if seen is None:
        return None
    left = facts.revise(seen, actor, now=now, reason=reason, left_on=clock.shanghai_day(now))
    # Only now, that the row above is ours: who is made leader meanwhile holds it (holds_live_volunteer).
    if accounts.holds_role(person_id, Role.TEAM_LEADER, now=now):
        if not leads_alone:
            raise StillLeading
        accounts.withdraw_everywhere(actor, person_id, Role.TEAM_LEADER, reason="volunteer_left", now=now)
    accounts.withdraw_from_person(actor, person_id, _role_in(seen.area_path), reason="volunteer_left", now=now)
    outbox.record(VolunteerLeft(left.id), now=now)
    audit.record(actor, Permission.VOLUNTEER_LEAVE, left.id, now=now)
    return left


def _live_registration(person_id: UUID) -> Volunteer | None:
    return db.session.scalar(select(Volunteer).where(Volunteer.person_id == person_id, Volunteer.is_live()))


def volunteer_number(year: int, running: int) -> str:
    """志愿者编号 as people read it aloud: V, the year of registration, at least six digits that never start over: V2026000123."""
    return f"V{year}{running:06d}"


@never(PersonNeeded, because="who has none is put on record")
def _person_for(actor: Actor, name: str | None, id_number: str | None, community: Area, phone: str | None, *, now: datetime) -> Person:
    identity = read_identity(name, id_number, now=now) if name is not None and id_number is not None else None
    if actor.person_id is None:
        if identity is None:
            raise IdentityNeeded(errors={field: ["必填"] for field, value in (("name", name), ("id_number", id_number)) if value is None})
        known = _known_without_account(actor, identity, now=now)
        if known is not None:
            return known
        if identity.age_at(now) < AGE_OF_MAJORITY:
            raise GuardianNeeded
        return add_person(actor, identity, community, phone, now=now)
    person = own_person(actor)
    if identity is not None and not identity.is_of(person):
        raise IdentityAtDesk
    if is_minor_at(person.born_on, now) and not has_guardians_word(person.id):
        raise GuardianNeeded
    move_person(person.id, community)
    if phone is not None:
        store_phone(actor, person.id, phone, now=now)
    return person


def _known_without_account(actor: Actor, identity: Identity, *, now: datetime) -> Person | None:
    """Who was put on record by this name and number, by a guardian or on paper at the desk, and now comes with an account of their own:
    tied to it. Wards from `special_rule_under` years of age on; younger ones go by their guardian's.

    Raises GuardianNeeded, IdentityAtDesk.
    """
    person = look_up(identity).person
    if person is None or actor.account_id is None or person.died_on is not None:
        return None
    if not (was_ward(person.id) or _is_entered_only(person.id)):
        return None
    if identity.age_at(now) < minors.current().special_rule_under:
        raise GuardianNeeded
    if identity.age_at(now) < AGE_OF_MAJORITY and not has_guardians_word(person.id):
        raise GuardianNeeded
    hold_person(person.id)  # two accounts may come with one card at once, or one while the community gives the other back
    if accounts.account_of_person(person.id) is not None:
        raise IdentityAtDesk
    tie_own_account(actor, person.id, now=now)
    return person


def _is_entered_only(person_id: UUID) -> bool:
    """Whether the person registered on paper, and nothing else is known of them but to which teams they belong: name and number open no
    more than they would open to who registers anew. Who leads, served, is visited or acted for is seen at the desk (`recoveries`)."""
    return agreed_on_paper(person_id, NoticeName.VOLUNTEER) and not references.is_referred_to(
        Person.id, person_id, besides=("consents", "volunteers", "team_memberships", "accounts")
    )


def _role_in(area_path: str) -> Grant:
    return Grant(Role.VOLUNTEER, area_path=area_path)


def volunteer_of(actor: Actor, *, now: datetime) -> UUID:
    """The person who acts, who must be a registered volunteer until this transaction ends, by the notice in force.

    Raises PersonNeeded, VolunteerNeeded, ConsentNeeded.
    """
    person_id = person_of(actor)
    if not holds_live_volunteer(person_id):
        raise VolunteerNeeded
    require_consent(person_id, NoticeName.VOLUNTEER, now=now)
    return person_id


def adult_volunteer_of(actor: Actor, *, now: datetime) -> UUID:
    """As `volunteer_of`, for what only adults take on. Raises AdultNeeded, PersonNeeded, VolunteerNeeded, ConsentNeeded."""
    person_id = volunteer_of(actor, now=now)
    require_adult(person_id, now=now)
    return person_id


def holds_live_volunteer(person_id: UUID) -> bool:
    """Whether the person is a registered volunteer now; then nobody can end the registration before this transaction does."""
    live = select(Volunteer.id).where(Volunteer.person_id == person_id, Volunteer.is_live()).with_for_update(read=True)
    return db.session.scalar(live) is not None


def person_of_number(number: str) -> UUID | None:
    """The person behind a 志愿者编号. For operators; who asks over HTTP must know the name, too."""
    return db.session.scalar(select(Volunteer.person_id).where(Volunteer.number == folded(number), Volunteer.is_live()))


def volunteer_of_number(number: str, name: str) -> UUID | None:
    """The person behind a 志愿者编号, if the name is theirs too: who does not know the name learns nothing from numbers."""
    found = db.session.execute(
        select(Volunteer.person_id, Person.name)
        .join(Person, Person.id == Volunteer.person_id)
        .where(Volunteer.number == folded(number), Volunteer.is_live())
    ).one_or_none()
    return found.person_id if found is not None and same_name(name, found.name) else None


def hand_on_volunteers(handover: Handover, *, now: datetime) -> int:
    """Let who is registered in a community be so in its successor, with number and day of registration; returns how many. Who left stays
    where they were."""
    handed_on = transfers.hand_on_facts(Volunteer, Volunteer.left_on.is_(None), handover=handover, now=now, counted=True)
    outbox.record_all([VolunteerTransferred(one) for one in handed_on], now=now)
    return len(handed_on)
