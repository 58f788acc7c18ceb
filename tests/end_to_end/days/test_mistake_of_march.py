"""In November a resident says that a visit of March was shorter than it stands in the book."""

from datetime import datetime, timedelta

from tests.end_to_end.days.people import STREET_OFFICER, Folk, lines
from tests.support.phone import Phone

YEAR = 2023
"""Of the demonstration."""


def test_a_mistake_of_march_is_found_by_its_day_and_corrected_in_the_open(folk: Folk) -> None:
    officer, street = folk.officer, folk.town.administrator(STREET_OFFICER)
    before = _hours(folk, street)

    # Found by month and brand; what it was is taken over from the record.
    of_march = lines(officer, "/services", since=f"{YEAR}-03-01", until=f"{YEAR}-03-31", brand="door_knock", sort="earliest")
    record = next(line for line in of_march if line["status"] == "confirmed" and line["minutes"] >= 40)
    shorter = datetime.fromisoformat(record["started_at"]) + timedelta(minutes=record["minutes"] - 30)
    reason = "居民反映当天提前半小时离开，已与志愿者核实"
    stretch = {"started_at": record["started_at"], "ended_at": shorter.isoformat(), "reason": reason}
    officer.made(f"/services/{record['fact_id']}/corrections", stretch | {"revision_id": record["revision_id"]})

    # The closed year moves by this alone, and whoever opens the record reads why.
    folk.town.wait_until_counted(street)
    after = _hours(folk, street)
    lost = round(int(record["minutes"] / 6) / 10 - int((record["minutes"] - 30) / 6) / 10, 1)
    assert {month: round(after[month] - before[month], 1) for month in before if after[month] != before[month]} == {3: -lost}
    behind = lines(street, f"/figures/{YEAR}/service_hours/rows", area_id=folk.town.street_id, month=3)
    [row] = [row for row in behind if row["source_id"] == record["fact_id"]]
    seen = street.seen(f"/services/{row['source_id']}")
    assert [(revision["minutes"], revision["reason"]) for revision in seen["revisions"]] == [
        (record["minutes"], seen["revisions"][0]["reason"]),
        (record["minutes"] - 30, reason),
    ]


def _hours(folk: Folk, officer: Phone) -> dict[int, float]:
    """The hours of the year's months."""
    table = officer.seen(f"/figures/{YEAR}", area_id=folk.town.street_id)
    [hours] = [figure for figure in table["figures"] if figure["code"] == "service_hours"]
    return {month: value for month, value in enumerate(hours["months"], start=1) if value is not None}
