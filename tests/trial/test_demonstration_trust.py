"""The demonstration year shows how trust is kept: what was arranged, proven at the door, doubted, entered late, corrected and ended."""

import pytest
from sqlalchemy import text

from backend.foundation.database import db, transaction
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
    "an account that was closed": "SELECT count(*) FROM accounts WHERE status = 'closed'",
    "somebody who was erased": "SELECT count(*) FROM people WHERE erased_at IS NOT NULL",
    "an elder who ended and was erased": "SELECT count(*) FROM beneficiaries WHERE ended_at IS NOT NULL AND address_sealed IS NULL",
}
"""What there is → how often."""

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
