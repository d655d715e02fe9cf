from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from webapp.arxiv.calendar import issue_day

EASTERN = ZoneInfo("America/New_York")


@pytest.mark.parametrize(
    ("submitted", "day"),
    [
        ("2026-11-19 14:00", "2026-11-23"),  # Thursday after the cut -> Monday's batch
        ("2026-11-20 13:59", "2026-11-23"),
        ("2026-11-20 14:00", "2026-11-24"),  # Friday after the cut -> Tuesday's
        ("2026-11-21 09:00", "2026-11-24"),
        ("2026-11-22 23:00", "2026-11-24"),
        ("2026-11-23 13:59", "2026-11-24"),
        ("2026-11-23 14:00", "2026-11-25"),
        ("2026-11-18 14:01", "2026-11-20"),
    ],
)
def test_a_submission_belongs_to_the_batch_of_arxivs_schedule(submitted, day):
    at = datetime.fromisoformat(submitted).replace(tzinfo=EASTERN)
    assert issue_day(at).isoformat() == day


@pytest.mark.parametrize(
    ("utc", "day"),
    [
        ("2026-07-06 18:00", "2026-07-08"),  # 14:00 in summer
        ("2026-12-07 18:00", "2026-12-08"),  # 13:00 in winter
        ("2026-12-07 19:00", "2026-12-09"),
    ],
)
def test_the_cut_follows_daylight_saving(utc, day):
    at = datetime.fromisoformat(utc).replace(tzinfo=ZoneInfo("UTC"))
    assert issue_day(at).isoformat() == day
