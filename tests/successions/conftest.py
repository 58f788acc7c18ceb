"""Two communities in which something is open of every kind."""

from datetime import date, timedelta

import pytest

from backend.foundation import clock
from tasks.housekeeping import close_overdue_shifts, end_over_demands, prompt_demands
from tests.statistics.changes import hear_everything
from tests.successions.world import OLD, party_organisation
from tests.support.attendance import Visit
from tests.support.demands import GRANDFATHER, claimed, demand_form, window


@pytest.fixture
def busy(street, pass_time):
    """Both communities after the end of a year in which somebody served (`years`)."""
    today = clock.shanghai_day(clock.now())
    if (late := date(today.year, 12, 1)) > today:
        pass_time(days=(late - today).days)
    home, there = street.home, street.next
    visit = Visit(street)
    fact_id = visit.served(pass_time)
    home.officer.made(f"/services/{fact_id}/confirmation")
    assert all((home.organisation_id, home.party_member, home.proxy_id, home.grid_worker, there.membership_id, there.officer))
    assert party_organisation(OLD, "第一党支部")
    elder = home.officer.made("/beneficiaries", GRANDFATHER | {"area_id": street["和平第一网格"]})["id"]
    street.officer.made(f"/beneficiaries/{elder}/door-code")
    pass_time(days=37)
    lonely = home.officer.made("/demands", demand_form(street, brand="red_ribbon"))
    home.officer.made(f"/demands/{lonely['id']}/publication", window(starts_in=timedelta(days=9)) | {"places": 1})
    pass_time(days=3, minutes=1)
    close_overdue_shifts()
    end_over_demands()
    prompt_demands()  # nobody claims it: it is offered today
    last_day = (clock.shanghai_day(clock.now()) + timedelta(days=30)).isoformat()
    home.officer.made("/arrangements", {"team_id": visit.team_id, "area_id": street["和平社区"], "cause": "熟悉老人", "ends_on": last_day})
    wanted = {key: value for key, value in demand_form(street).items() if key != "beneficiary"} | {"beneficiary_id": elder}
    demand = home.officer.made("/demands", wanted)
    ahead = window(starts_in=timedelta(days=3)) | {"places": 1}
    visit.ahead = home.officer.made(f"/demands/{demand['id']}/publication", ahead)
    visit.claim = claimed(visit.leader, visit.ahead, visit.team_id)
    fair = home.officer.made("/demands", demand_form(street, brand="red_ribbon"))
    visit.fair = home.officer.made(f"/demands/{fair['id']}/publication", window(starts_in=timedelta(days=5)) | {"places": 2})
    claimed(home.party_member, visit.fair, as_person=True)
    hear_everything()
    return visit
