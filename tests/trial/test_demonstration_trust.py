"""The demonstration year shows how trust is kept: what was arranged, proven at the door, doubted, entered late, corrected and ended."""

from urllib.parse import parse_qsl, urlsplit

from sqlalchemy import text

from backend.demands.service import NOBODY_CLAIMED, NOTHING_CONFIRMED
from backend.foundation import clock, outbox
from backend.foundation.database import db, transaction
from backend.waiting.kinds import KINDS
from backend.waiting.service import report_overdue
from ejia.trial.demo import lately, load
from tests.support.demonstration import logged_in
from tests.support.phone import Phone

SHOWN = {
    "a standing arrangement": "SELECT count(*) FROM arrangements WHERE opening_id IS NULL",
    "an invitation that its opening was claimed by": """SELECT count(*) FROM arrangements a JOIN claims c USING (opening_id)
        WHERE c.team_id = a.team_id OR c.organisation_id = a.organisation_id""",
    "a visit signed by the code of its door": """SELECT count(*) FROM attendances a JOIN shifts s ON s.id = a.shift_id
        JOIN door_codes d ON d.home_id = s.home_id AND d.issued_at < a.signed_in_at WHERE a.in_evidence = 'door_code'""",
    "a doubt that was cleared": "SELECT count(*) FROM service_flags WHERE void",
    "a past activity that was approved": "SELECT count(*) FROM late_entries WHERE status = 'approved'",
    "and one that was refused": "SELECT count(*) FROM late_entries WHERE status = 'refused'",
    "a publication that was changed": "SELECT count(*) FROM publication_changes",
    "a claim that was refused": "SELECT count(*) FROM claim_changes WHERE to_status = 'refused' AND actor_account_id IS NOT NULL",
    "one that nobody answered": "SELECT count(*) FROM claim_changes WHERE to_status = 'refused' AND actor_account_id IS NULL",
    "a name that two corrected": """SELECT count(*) FROM identity_corrections c JOIN identity_correction_changes d ON d.correction_id = c.id
        WHERE c.status = 'confirmed' AND d.to_status = 'confirmed' AND d.actor_account_id <> c.proposed_by""",
    "a volunteer who moved and kept the number": """SELECT count(*) FROM volunteers v JOIN volunteers w USING (number, person_id)
        WHERE v.since = w.left_on AND v.area_path <> w.area_path""",
    "a home that went to another community with its grid": """SELECT count(*) FROM areas g JOIN areas h ON h.id = g.successor_id
        JOIN beneficiaries b ON b.area_path = h.path WHERE g.level = 'grid' AND h.withdrawn_on IS NULL""",
    "an account that was closed": "SELECT count(*) FROM accounts WHERE status = 'closed'",
    "somebody who was erased": "SELECT count(*) FROM people WHERE erased_at IS NOT NULL",
    "an elder who ended and was erased": "SELECT count(*) FROM beneficiaries WHERE ended_at IS NOT NULL AND address_sealed IS NULL",
    "a demand that was offered to teams, then to the neighbours, and claimed by nobody": """SELECT count(*) FROM demands d
        JOIN demand_changes c ON c.demand_id = d.id AND c.to_status = 'not_carried_out' AND c.reason = :nobody
        WHERE (SELECT array_agg(step ORDER BY at) FROM demand_prompts p WHERE p.demand_id = d.id) = '{offered,neighbours}'""",
    "one that was claimed, and of which no service counts": """SELECT count(*) FROM demand_changes
        WHERE to_status = 'not_carried_out' AND reason = :nothing""",
}
"""What there is → how often."""

WHY_NOT = {"nobody": NOBODY_CLAIMED, "nothing": NOTHING_CONFIRMED}

WHO = ("jiedao", "shequ-1", "shequ-2", "leader", "volunteer", "organisation", "member", "resident", "grid")
OFFICES = ("jiedao", "shequ-1")
FOUND_BY = {
    **dict.fromkeys(("demand_to_review", "attendance_without_record"), (*OFFICES, "shequ-2")),
    "relocation_to_answer": (*OFFICES, "shequ-2"),
    **dict.fromkeys(("team_to_review", "organisation_to_review", "registration_to_review"), OFFICES),
    **dict.fromkeys(("claim_to_answer", "demand_to_close", "service_to_clear"), OFFICES),
    **dict.fromkeys(("team_without_leader", "organisation_without_officer"), OFFICES),
    **dict.fromkeys(("recovery_to_check", "holder_to_check", "role_to_prolong"), OFFICES),
    "proxy_to_renew": (*OFFICES, "grid"),
    "beneficiary_without_basis": ("shequ-1",),
    "service_to_confirm": (*OFFICES, "shequ-2", "resident"),
    # What takes two waits for the second alone.
    **dict.fromkeys(("service_to_allow", "late_entry_to_decide", "correction_to_confirm", "death_to_confirm"), ("jiedao",)),
    **dict.fromkeys(("recovery_to_approve", "role_to_approve"), ("jiedao",)),
    "join_request_to_answer": ("leader",),
    "invitation_to_take_up": ("leader", "organisation", "member"),
    **dict.fromkeys(("team_to_amend", "registration_to_amend", "role_to_accept"), ("volunteer",)),
    "organisation_to_amend": ("organisation",),
    "demand_to_amend": ("resident",),
    "role_ending": ("grid",),
}
"""Kind of what waits → who of those who can log in finds it."""

LATE = {
    *("demand_to_review", "claim_to_answer", "service_to_confirm", "attendance_without_record", "late_entry_to_decide"),
    *("team_to_review", "team_without_leader", "organisation_to_review", "registration_to_review"),
    *("relocation_to_answer", "correction_to_confirm", "death_to_confirm", "proxy_to_renew", "beneficiary_without_basis"),
    *("role_to_approve", "holder_to_check"),
}
"""Of which some wait past their day in the communities, which the street is told of."""

NOBODY_FINDS = {
    "all agreed to the notices in force: a notice would have to change": ("notice_to_agree_to", "word_for_minor_to_renew"),
    "no work failed: a machine would have to": ("job_failed", "delivery_failed"),
}
"""Why → the kinds that wait for nobody."""

NEVER = {
    "a claim at a home from elsewhere without an invitation": """SELECT count(*) FROM claims c JOIN openings o ON o.id = c.opening_id
        JOIN teams t ON t.id = c.team_id WHERE c.status = 'held' AND o.home_id IS NOT NULL AND t.area_path <> o.area_path
        AND NOT EXISTS (SELECT FROM arrangements a WHERE a.opening_id = o.id AND a.team_id = t.id)""",
    "a claim that was asked for though it was arranged": """SELECT count(*) FROM claims c JOIN claim_changes s ON s.claim_id = c.id
        JOIN openings o ON o.id = c.opening_id
        JOIN arrangements a ON a.team_id = c.team_id AND a.area_path = o.area_path AND a.recorded_at < s.at
        WHERE s.to_status = 'asked' AND c.status = 'held' AND a.opening_id IS NULL""",
    "a service that counts while it is doubted": """SELECT count(*) FROM service_flags f
        JOIN service_confirmations c USING (record_fact_id) WHERE f.superseded_at IS NULL AND NOT f.void""",
    "an open demand for somebody who ended": """SELECT count(*) FROM demands d JOIN beneficiaries b ON b.id = d.beneficiary_id
        WHERE b.ended_at IS NOT NULL AND d.status IN ('submitted', 'published')""",
    "a demand of the year whose time is over and of which nothing is said": """SELECT count(*) FROM demands d
        WHERE submitted_at < '2024-01-01' AND (status IN ('submitted', 'published') OR status = 'not_carried_out' AND NOT EXISTS
        (SELECT FROM demand_changes c WHERE c.demand_id = d.id AND c.to_status = d.status AND c.reason IS NOT NULL))""",
}


def test_all_that_a_street_must_be_able_to_show_is_there_and_nothing_that_the_product_refuses(app, settings):
    load.load_demonstration_year(settings.wechat_appid, scale=0.1, progress=lambda *_: lambda _: None)
    with transaction():
        shown = {what: db.session.scalars(text(query), WHY_NOT).one() for what, query in SHOWN.items()}
        never = {what: db.session.scalars(text(query)).one() for what, query in NEVER.items()}
        not_carried_out = db.session.scalars(text("SELECT count(*) FROM demands WHERE status = 'not_carried_out'")).one()
    assert {what for what, count in shown.items() if count == 0} == set(), shown
    assert {what for what, count in never.items() if count} == set(), never
    since = lately.go_on(settings.wechat_appid, now=clock.now())
    while outbox.deliver_batch("organisations", now=clock.now()):
        pass

    assert [login.name for login in since] == ["grid"]
    found: dict[str, tuple[str, ...]] = {}
    phones = {name: logged_in(app, name) for name in WHO}
    for name, phone in phones.items():
        for line in phone.seen("/me/waiting")["items"]:
            found[line["kind"]] = (*found.get(line["kind"], ()), name)
            assert number_behind(phone, line["list"]) == line["number"], (name, line)
    assert found == FOUND_BY
    assert sorted([*found, *(kind for kinds in NOBODY_FINDS.values() for kind in kinds)]) == sorted(kind.code for kind in KINDS)

    with transaction():
        report_overdue(now=clock.now())
    street = phones["jiedao"]
    over = street.seen("/demands/in-care", status="not_carried_out", limit=100, count="true")
    reasons = {street.seen(f"/demands/{line['id']}")["reason"] for line in over["items"][:3]}
    assert (over["total"]["number"], reasons - set(WHY_NOT.values())) == (not_carried_out, set())
    [report] = street.seen("/overdue-reports")["items"]
    assert {line["kind"] for line in street.seen(f"/overdue-reports/{report['id']}")["lines"]} == LATE


def number_behind(phone: Phone, address: str) -> int:
    """How many the list shows that a kind names."""
    path = urlsplit(address)
    number: int = phone.seen(path.path.removeprefix("/api/v1"), **dict(parse_qsl(path.query)), count="true")["total"]["number"]
    return number
