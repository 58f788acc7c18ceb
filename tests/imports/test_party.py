"""A street brings its Party organisations: those above first, known again, found by who names theirs, and undone."""

from uuid import UUID

from sqlalchemy import select

from backend.foundation import clock
from backend.foundation.actor import Actor
from backend.foundation.database import db, transaction
from backend.foundation.ids import new_id
from backend.imports import service
from backend.party import organisations
from backend.party.models import PartyMember, PartyOrganisation, PartyOrganisationKind
from backend.party.organisations import BroughtOrganisation
from tests.imports.test_volunteers import number_of
from tests.support.locks import meanwhile
from tests.support.people import registration_form, work_unit

COMMITTEE, GENERAL_BRANCH, BRANCH = "青山街道党工委", "和平社区党总支", "测试区住房保障中心党支部"


def party(name: str, kind: str, parent: str | None = None, **cells: object) -> dict[str, object]:
    return {"party_organisation": name, "kind": kind, "parent": parent, **cells}


TREE = [
    party(COMMITTEE, "党工委"),
    party(GENERAL_BRANCH, "党总支", COMMITTEE, community="和平社区", founded_on="2010年5月1日"),
    party("第一党支部", "党支部", GENERAL_BRANCH, community="和平社区"),
    party("第一党支部", "党支部", COMMITTEE, community="团结社区"),
    party(BRANCH, "党支部", COMMITTEE),
]
WRONG = [
    party("和平社区党总支 ", "党委", community="和平社区"),
    party(GENERAL_BRANCH, "党总支", "青山街道机关党委", community="和平社区"),
    party("第一党支部", "党支部", COMMITTEE, community="和平社区"),
    party(GENERAL_BRANCH, "党总支", COMMITTEE, community="和平社区", founded_on="2010-05-02"),
    party("无上级党支部", "党支部", "没有的党委"),
    party("支部下党支部", "党支部", BRANCH),
    party("级别不对党委", "党委", GENERAL_BRANCH, community="和平社区"),
    party("同名之下党支部", "党支部", "第一党支部"),
    party("别的类型", "党小组"),
    party("别处党支部", "党支部", community="向阳社区"),
    party("将来党支部", "党支部", founded_on="2099-01-01"),
]


def test_a_tree_of_party_organisations_is_brought_found_by_who_names_one_and_undone(street, officer, brought, ejia, monkeypatch):
    monkeypatch.setattr(service, "LINES_OF_A_PART", 2)  # what stands above is in a part before
    before, unit_id = street.home.party_member, work_unit(officer)
    assert linked() == {before.person_id: None}
    told = f"{len(TREE)}行，已有2行，不能导入{len(WRONG)}行"
    rows = [*TREE, party(COMMITTEE, "党工委"), party(GENERAL_BRANCH, "党总支", community="和平社区"), *WRONG]
    assert f"可以导入{told}" in brought("party_organisations", rows, "--check").output
    assert officer.seen("/party-organisations")["items"] == []
    entered = brought("party_organisations", rows)
    assert f"已导入{told}" in entered.output, entered.output
    assert f"可以导入0行，已有{len(TREE)}行" in brought("party_organisations", TREE, "--check", name="again").output

    shown = officer.seen("/party-organisations", q="和平 总支")["items"]
    assert [(line["name"], line["kind"], line["parent"]["name"], line["area_name"], line["founded_on"]) for line in shown] == [
        (GENERAL_BRANCH, "general_branch", COMMITTEE, "和平社区", "2010-05-01")
    ]
    of_area = officer.seen("/party-organisations", area_id=street["和平社区"])["items"]
    assert GENERAL_BRANCH in [line["name"] for line in of_area]
    assert {line["area_name"] for line in of_area} == {"和平社区"}
    branches = before.seen("/party-organisations", kind="branch")["items"]
    assert [line["name"] for line in branches] == [BRANCH, "第一党支部", "第一党支部"], "who registers chooses, too"

    # Who named theirs before has it now, who names it anew at once, and nobody the one of two that are called the same.
    own = next(line["id"] for line in branches if line["name"] == BRANCH)
    assert linked() == {before.person_id: own}
    assert [line["party_organisation_id"] for line in before.seen("/me/registrations")["items"]] == [own]
    after, ambiguous = street.home.person(), street.home.person()
    for phone, name in ((after, BRANCH), (ambiguous, "第一党支部")):
        made = phone.made("/registrations", registration_form(street, unit_id, party_organisation_name=name))
        assert made["party_organisation_id"] == (own if name == BRANCH else None)
    of_own = street.officer.seen("/registrations", party_organisation_id=own)["items"]
    assert {line["person_id"] for line in of_own} == {before.person_id, after.person_id}
    assert street.officer.seen("/registrations", party_organisation_id=branches[1]["id"])["items"] == []

    below = brought("party_organisations", [party("第二党支部", "党支部", GENERAL_BRANCH, community="和平社区")], name="below")
    assert "已导入1行" in below.output, below.output
    assert "import_in_use" in ejia("import", "undo", number_of(entered)).output, "what another workbook brought stands below"
    assert ejia("import", "undo", number_of(below)).exit_code == 0
    undone = ejia("import", "undo", number_of(entered))
    assert undone.exit_code == 0, undone.output
    assert officer.seen("/party-organisations")["items"] == []
    assert set(linked().values()) == {None}
    assert [line["party_organisation_name"] for line in before.seen("/me/registrations")["items"]] == [BRANCH]
    assert f"已导入{told}" in brought("party_organisations", rows).output


def test_members_find_theirs_in_the_street_where_they_live(street, brought, ejia):
    name, unit_id = "第一党支部", work_unit(street.officer)
    ours, theirs = (community.person() for community in (street.home, street.far))
    for phone, community in ((ours, "和平社区"), (theirs, "向阳社区")):
        phone.made("/registrations", registration_form(street, unit_id, community=community, party_organisation_name=name))
    rows = {area: [party(name, "党支部")] for area in ("639999001000", "639999002000", "639999000000")}

    def bring(area: str, *, again: str = "", community: str | None = None) -> str:
        entered = brought("party_organisations", [rows[area][0] | {"community": community}], name=f"{area}{community}{again}", area=area)
        assert "已导入1行" in entered.output, entered.output
        return number_of(entered)

    def undo(number: str) -> None:
        assert ejia("import", "undo", number).exit_code == 0

    def areas_of() -> list[str | None]:
        with transaction():
            paths = {str(one.id): one.area_path for one in db.session.scalars(select(PartyOrganisation))}
        return [paths.get(str(linked()[phone.person_id])) for phone in (ours, theirs)]

    first = bring("639999001000")
    assert areas_of() == ["639999001", None], "another street's is not theirs"
    second = bring("639999002000")
    assert areas_of() == ["639999001", "639999002"]
    undo(first)
    assert areas_of() == [None, "639999002"]
    first = bring("639999001000", again="again")
    twin = bring("639999001000", community="团结社区")
    assert areas_of() == [None, "639999002"], "it is not one alone any more"
    undo(twin)
    assert areas_of() == ["639999001", "639999002"], "it is one alone again"
    undo(second)
    district = bring("639999000000")
    assert areas_of() == [None, "639999"], "of the district there is one for every street"
    undo(first)
    undo(district)
    assert areas_of() == [None, None]


def test_who_names_one_and_who_enters_one_wait_for_who_undoes_it(street, brought, ejia):
    member, unit_id = street.home.person(), work_unit(street.officer)
    number = number_of(brought("party_organisations", [party(BRANCH, "党支部")]))
    with transaction():
        organisation_id = db.session.scalars(select(PartyOrganisation.id)).one()
    actor, now = Actor.system(), clock.now()

    def enter(parent_id: UUID | None) -> None:
        brought = BroughtOrganisation(new_id(), "第二党支部", PartyOrganisationKind.BRANCH, parent_id, "639999001", None)
        organisations.enter_organisations(actor, [brought], of=new_id(), now=now)

    told = meanwhile(lambda: enter(organisation_id), lambda: ejia("import", "undo", number))
    assert "import_in_use" in told.output, "what came in beside stands below it"

    def undo() -> None:
        organisations.hold_organisations()
        organisations.undo_organisations(actor, [organisation_id], of=new_id(), now=now)

    answer = meanwhile(undo, lambda: member.post("/registrations", registration_form(street, unit_id), key="registration-1"))
    assert (answer.status_code, answer.get_json()["party_organisation_id"]) == (201, None)


def linked() -> dict[str, str | None]:
    """By person the Party organisation of theirs that is on the platform."""
    with transaction():
        known = set(db.session.scalars(select(PartyOrganisation.id)))
        rows = db.session.execute(select(PartyMember.person_id, PartyMember.party_organisation_id)).all()
    assert {row.party_organisation_id for row in rows} <= {None, *known}
    return {str(row.person_id): row.party_organisation_id and str(row.party_organisation_id) for row in rows}
