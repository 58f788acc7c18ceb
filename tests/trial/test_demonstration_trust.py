"""The demonstration year shows how trust is kept: what was arranged, proven at the door, doubted, entered late, corrected and ended."""

import pytest
from sqlalchemy import select, text

from backend.accounts import service as accounts
from backend.accounts.models import RoleGrant
from backend.foundation import clock
from backend.foundation.database import db, transaction
from backend.waiting import queries as waiting
from backend.waiting.kinds import KINDS
from ejia.trial.demo import load

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
}
"""What there is → how often."""

NOBODY_SEES = {
    "applied for in the year, and answered in it": (
        *("team_to_review", "organisation_to_review", "join_request_to_answer", "relocation_to_answer", "late_entry_to_decide"),
        *("correction_to_confirm", "death_to_confirm", "recovery_to_check", "recovery_to_approve", "role_to_approve", "role_to_accept"),
    ),
    "over with the year: the clock ended it": ("demand_to_review", "demand_to_close", "claim_to_answer", "invitation_to_take_up"),
    "nothing was left as it was returned": ("demand_to_amend", "team_to_amend", "organisation_to_amend", "registration_to_amend"),
    "no minutes were raised afterwards, and each doubt was cleared": ("service_to_allow", "service_to_clear"),
    "all papers were seen, all have a basis, a leader, an officer": (
        *("holder_to_check", "beneficiary_without_basis", "team_without_leader", "organisation_without_officer"),
    ),
    "no role and no proxy has an end": ("role_ending", "role_to_prolong", "proxy_to_renew"),
    "all agreed to the notices in force, and no child serves": ("notice_to_agree_to", "word_for_minor_to_renew"),
    "no long work was asked for": ("job_failed",),
}
"""Why → the kinds of what waits that wait for nobody in the year."""

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
}


@pytest.mark.usefixtures("app")
def test_all_that_a_street_must_be_able_to_show_is_there_and_nothing_that_the_product_refuses(settings):
    load.load_demonstration_year(settings.wechat_appid, scale=0.1, progress=lambda *_: lambda _: None)
    with transaction():
        shown = {what: db.session.scalars(text(query)).one() for what, query in SHOWN.items()}
        never = {what: db.session.scalars(text(query)).one() for what, query in NEVER.items()}
    assert {what for what, count in shown.items() if count == 0} == set(), shown
    assert {what for what, count in never.items() if count} == set(), never

    now = clock.now()
    with transaction():
        holders = db.session.scalars(select(RoleGrant.account_id).distinct()).all()
        seen = {line.kind for holder in holders for line in waiting.own_waiting(accounts.actor_behind(holder, now=now), now=now)}
    unseen = [kind for kinds in NOBODY_SEES.values() for kind in kinds]
    assert sorted([*seen, *unseen]) == sorted(kind.code for kind in KINDS), "each is shown to somebody, or it is said why not"
