"""The demo world in fixtures/ is complete and consistent."""

import datetime as dt
import json
import re
from collections import Counter
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "fixtures"

NEWEST_DAY = "2026-04-30"
EARLIER_DAYS = [f"2026-04-{day}" for day in (17, 20, 21, 22, 23, 24, 27, 28, 29)]
ALIASES = {
    "math.MP": "math-ph",
    "stat.TH": "math.ST",
    "math.IT": "cs.IT",
    "q-fin.EC": "econ.GN",
    "cs.SY": "eess.SY",
    "cs.NA": "math.NA",
}
BIG_TOPICS = [
    "galaxies",
    "number-theory",
    "code-agents",
    "llm-safety",
    "llm-reasoning",
    "image-generation",
]
FIELDS = {"id", "date", "title", "abstract", "authors", "categories", "comments", "summary"}


def load(name):
    return json.loads((FOLDER / name).read_text(encoding="utf-8"))


def load_papers():
    lines = (FOLDER / "papers.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


PAPERS = load_papers()
PAPER_BY_ID = {paper["id"]: paper for paper in PAPERS}
TOPICS = load("topics.json")
READERS = load("readers.json")
SUBJECTS = load("subjects.json")
PER_DAY = Counter(paper["date"] for paper in PAPERS)


def acts():
    return [(reader, act) for reader in READERS for act in reader["ratings"]]


def demo_topics():
    """Return the topics of which the first reader liked several papers."""
    liked = {act["paper"] for act in READERS[0]["ratings"] if act["value"] == "up"}
    return [key for key, topic in TOPICS.items() if len(liked & set(topic["papers"])) >= 4]


# Papers


def test_every_paper_has_all_fields():
    assert [p for p in PAPERS if set(p) != FIELDS] == []


def test_every_paper_has_a_well_formed_id():
    assert [p["id"] for p in PAPERS if not re.fullmatch(r"\d{4}\.\d{5}", p["id"])] == []


def test_paper_ids_are_unique():
    assert len(PAPER_BY_ID) == len(PAPERS)


def test_every_title_is_one_clean_line():
    titles = [paper["title"] for paper in PAPERS]
    assert [t for t in titles if not t or t != " ".join(t.split())] == []


def test_every_paper_has_authors():
    assert [p["id"] for p in PAPERS if not p["authors"] or not all(p["authors"])] == []


def test_every_summary_has_40_to_90_words():
    assert [p["id"] for p in PAPERS if not 40 <= len(p["abstract"].split()) <= 90] == []


def test_no_two_summaries_are_the_same():
    assert len({p["abstract"] for p in PAPERS}) == len(PAPERS)


def test_every_text_is_marked_as_a_summary():
    assert all(p["summary"] is True for p in PAPERS)


def test_inline_math_is_closed_everywhere():
    odd = [p["id"] for p in PAPERS if p["title"].count("$") % 2 or p["abstract"].count("$") % 2]
    assert odd == []


def test_at_least_fifteen_papers_contain_inline_math():
    assert sum("$" in p["title"] + p["abstract"] for p in PAPERS) >= 15


def test_every_paper_was_announced_on_a_weekday():
    assert [p["id"] for p in PAPERS if dt.date.fromisoformat(p["date"]).weekday() > 4] == []


def test_comments_are_text_or_missing():
    assert all(p["comments"] is None or p["comments"].strip() for p in PAPERS)


def test_the_47_older_papers_are_there():
    assert sum(p["date"] < EARLIER_DAYS[0] for p in PAPERS) == 47


def test_the_newest_day_holds_about_sixty_papers():
    assert max(PER_DAY) == NEWEST_DAY
    assert 55 <= PER_DAY[NEWEST_DAY] <= 66


def test_each_of_the_nine_earlier_days_holds_about_21_papers():
    assert {day: PER_DAY[day] for day in EARLIER_DAYS if not 18 <= PER_DAY[day] <= 24} == {}


def test_no_recent_paper_falls_outside_the_ten_days():
    recent = {day for day in PER_DAY if day >= EARLIER_DAYS[0]}
    assert recent == {*EARLIER_DAYS, NEWEST_DAY}


def test_recent_papers_span_at_least_eight_primary_categories():
    primaries = Counter(p["categories"][0] for p in PAPERS if p["date"] >= EARLIER_DAYS[0])
    assert sum(count >= 5 for count in primaries.values()) >= 8


# Topics


def test_every_topic_paper_exists():
    assert [i for topic in TOPICS.values() for i in topic["papers"] if i not in PAPER_BY_ID] == []


def test_every_paper_has_at_most_one_topic():
    counts = Counter(i for topic in TOPICS.values() for i in topic["papers"])
    assert [i for i, count in counts.items() if count > 1] == []


def test_every_topic_has_a_name():
    assert all(topic["name"].strip() for topic in TOPICS.values())


def test_big_topics_have_at_least_8_papers_on_the_newest_day():
    newest = {
        key: sum(PAPER_BY_ID[i]["date"] == NEWEST_DAY for i in TOPICS[key]["papers"])
        for key in BIG_TOPICS
    }
    assert {key: count for key, count in newest.items() if count < 8} == {}


def test_big_topics_have_12_to_25_papers_on_the_earlier_days():
    earlier = {
        key: sum(PAPER_BY_ID[i]["date"] in EARLIER_DAYS for i in TOPICS[key]["papers"])
        for key in BIG_TOPICS
    }
    assert {key: count for key, count in earlier.items() if not 12 <= count <= 25} == {}


def test_some_papers_of_the_ten_days_have_no_topic():
    grouped = {i for topic in TOPICS.values() for i in topic["papers"]}
    assert sum(p["date"] >= EARLIER_DAYS[0] and p["id"] not in grouped for p in PAPERS) >= 10


# Readers


def test_the_first_reader_is_the_demo_login():
    assert (READERS[0]["email"], READERS[0]["name"]) == ("demo@firstlight.example", "Demo reader")


def test_there_are_about_a_dozen_readers():
    assert 11 <= len(READERS) <= 14


def test_reader_emails_are_unique_and_use_the_example_domain():
    emails = [reader["email"] for reader in READERS]
    assert len(set(emails)) == len(emails)
    assert all(email.endswith("@firstlight.example") for email in emails)


def test_readers_carry_no_passwords():
    assert all(set(reader) == {"email", "name", "subjects", "ratings"} for reader in READERS)


def test_every_reader_has_8_to_25_acts():
    counts = {reader["email"]: len(reader["ratings"]) for reader in READERS}
    assert {email: count for email, count in counts.items() if not 8 <= count <= 25} == {}


def test_every_rated_paper_exists():
    assert [act["paper"] for _, act in acts() if act["paper"] not in PAPER_BY_ID] == []


def test_no_reader_rates_a_paper_twice():
    for reader in READERS:
        papers = [act["paper"] for act in reader["ratings"]]
        assert len(set(papers)) == len(papers), reader["email"]


def test_every_act_is_a_vote_or_a_save():
    silent = [
        act
        for _, act in acts()
        if act["value"] not in ("up", "down") and not (act["value"] is None and act["saved"])
    ]
    assert silent == []


def test_every_reader_dislikes_two_to_four_papers():
    downs = {r["email"]: sum(a["value"] == "down" for a in r["ratings"]) for r in READERS}
    assert {email: count for email, count in downs.items() if not 2 <= count <= 4} == {}


def test_every_act_falls_on_one_of_the_ten_days():
    assert {act["day"] for _, act in acts()} <= {*EARLIER_DAYS, NEWEST_DAY}


def test_no_act_comes_before_its_paper():
    early = [act for _, act in acts() if act["day"] < PAPER_BY_ID[act["paper"]]["date"]]
    assert early == []


def test_the_newest_day_carries_no_acts():
    days = {day for _, act in acts() for day in (act["day"], PAPER_BY_ID[act["paper"]]["date"])}
    assert NEWEST_DAY not in days


def test_the_demo_reader_likes_two_topics_with_many_new_papers():
    assert len(demo_topics()) == 2
    assert set(demo_topics()) <= set(BIG_TOPICS)


def test_the_demo_reader_sees_at_least_thirty_papers_on_the_newest_day():
    subjects = set(READERS[0]["subjects"])
    shown = [
        p
        for p in PAPERS
        if p["date"] == NEWEST_DAY and (not subjects or subjects & set(p["categories"]))
    ]
    assert len(shown) >= 30


def test_every_big_topic_is_shared_by_at_least_two_readers():
    fans = Counter()
    for reader in READERS:
        liked = {act["paper"] for act in reader["ratings"] if act["value"] == "up"}
        fans.update(key for key in BIG_TOPICS if len(liked & set(TOPICS[key]["papers"])) >= 2)
    assert [key for key in BIG_TOPICS if fans[key] < 2] == []


# Subjects


def test_subject_codes_are_unique():
    assert len({subject["code"] for subject in SUBJECTS}) == len(SUBJECTS)


def test_subjects_hold_only_canonical_codes():
    assert {subject["code"] for subject in SUBJECTS} & set(ALIASES) == set()


def test_every_subject_has_a_name_and_a_group():
    assert all(subject["name"] and subject["group"] for subject in SUBJECTS)


def test_subjects_count_matches_the_taxonomy_without_aliases():
    assert len(SUBJECTS) == 155 - len(ALIASES)


def test_subjects_cover_every_category_of_the_papers():
    codes = {subject["code"] for subject in SUBJECTS}
    used = {ALIASES.get(code, code) for p in PAPERS for code in p["categories"]}
    assert used - codes == set()


def test_subjects_cover_what_the_readers_follow():
    codes = {subject["code"] for subject in SUBJECTS}
    assert {code for reader in READERS for code in reader["subjects"]} - codes == set()
