"""Papers that readers bring: known ones at once, others through the gate, or a reason."""

from datetime import date, timedelta

import pytest

from tests.factories import paper, reader
from tests.webapp.services.nights import at
from webapp import jobs
from webapp.models import Entry, Harvest, Paper, Submission, Work
from webapp.services import harvests
from webapp.services.social import submissions, upvotes
from webapp.services.social.submissions import Refused

pytestmark = pytest.mark.django_db
NOW = at("2026-04-20T12:00")


@pytest.fixture
def follows(settings):
    settings.ARXIV_SUBJECTS = ["cs.LG"]


def submit(wanted, who=None, now=NOW):
    return submissions.submit(who or reader(), wanted, now)


def fetch(now=NOW, slot="test"):
    return harvests.fetch_submitted(slot, now, lambda: now)


def test_a_known_paper_is_on_the_page_of_the_newest_announced_day_at_once():
    known, newest = paper(day=date(2026, 3, 2)), paper(day=date(2026, 4, 17))
    row, is_new = submit(known.arxiv_id)
    assert is_new
    assert row.state == "here"
    assert Entry.objects.get().day == newest.issue_day
    assert not Work.objects.exists()


def test_the_limit_is_of_the_day_of_the_act_whatever_page_it_is_brought_to():
    row, _ = submit(paper(day=date(2026, 3, 2)).arxiv_id)
    assert row.day == NOW.date()


def test_a_paper_that_was_upvoted_before_stands_on_both_days():
    known, newest = paper(day=date(2026, 3, 2)), paper(day=date(2026, 4, 17))
    upvotes.upvote(reader(), known, True, NOW)
    submit(known.arxiv_id)
    days = Entry.objects.values_list("day", "issue_day", "n_upvotes").get()
    assert days == (newest.issue_day, known.issue_day, 1)


def test_a_submitted_paper_keeps_its_place_without_upvotes():
    known, who = paper(), reader()
    submit(known.arxiv_id)
    upvotes.upvote(who, known, True, NOW)
    upvotes.upvote(who, known, False, NOW)
    assert Entry.objects.get().n_upvotes == 0


def test_a_paper_is_brought_once():
    known, first = paper(), reader()
    submit(known.arxiv_id, first)
    row, is_new = submit(known.arxiv_id)
    assert not is_new
    assert row.reader == first
    assert Submission.objects.count() == 1


def test_a_journal_s_doi_finds_its_paper():
    known = paper(doi="10.1103/PhysRevLett.1")
    row, _ = submit("10.1103/physrevlett.1")
    assert row.paper == known


def test_so_many_a_day_and_no_more():
    who = reader()
    for _ in range(submissions.A_DAY):
        submit(paper().arxiv_id, who)
    with pytest.raises(Refused, match="come back tomorrow"):
        submit(paper().arxiv_id, who)
    submit(paper().arxiv_id, who, NOW + timedelta(days=1))


def test_what_was_submitted_already_costs_nothing_of_the_day():
    who = reader()
    known = [paper() for _ in range(submissions.A_DAY)]
    for one in known:
        submit(one.arxiv_id, who)
    assert submit(known[0].arxiv_id, who)[1] is False


def test_an_address_has_to_be_confirmed_where_there_is_a_mail_server(settings):
    settings.MAIL_FOLDER, who, known = None, reader(), paper()
    with pytest.raises(Refused, match="Confirm your e-mail address"):
        submit(known.arxiv_id, who)
    who.emailaddress_set.create(email=who.email, verified=True)
    assert submit(known.arxiv_id, who)[1]


def test_a_withdrawn_paper_is_not_taken():
    with pytest.raises(Refused, match="withdrawn"):
        submit(paper(withdrawn_at=NOW).arxiv_id)


def test_where_nobody_is_asked_an_unknown_paper_is_refused_with_the_reason():
    with pytest.raises(Refused, match="fetches no papers"):
        submit("2604.20001")
    assert not Submission.objects.exists()


def test_an_unknown_preprint_from_elsewhere_is_refused_with_the_reason(follows):
    with pytest.raises(Refused, match="only papers of arXiv"):
        submit("10.1101/2026.01.02.123456")


def test_an_unknown_paper_waits_and_asks_for_work(follows):
    row, is_new = submit("2604.20001")
    assert is_new
    assert (row.state, row.paper) == ("waiting", None)
    assert Work.objects.get().job == "fetch"


def test_a_worker_brings_it_through_the_gate_whatever_its_category(arxiv, settings):
    settings.ARXIV_SUBJECTS = ["math.NT"]
    submit("2604.20001")
    assert jobs.do(Work.objects.get(job="fetch").pk, lambda: NOW)
    row = Submission.objects.get()
    assert row.state == "here"
    assert row.paper.title == "Paper 1 of 2026-04-20"
    assert Entry.objects.get().day == row.paper.issue_day
    assert Harvest.objects.get(source="submitted").state == "done"


def test_it_does_nothing_the_second_time(arxiv):
    submit("2604.20001")
    fetch()
    asked = len(arxiv.log.entries)
    before = list(Submission.objects.values())
    fetch(slot="again")
    assert len(arxiv.log.entries) == asked
    assert list(Submission.objects.values()) == before


def test_what_arxiv_does_not_have_is_asked_for_again_and_then_refused(arxiv):
    submit("2604.29999")
    now = NOW
    for n in range(submissions.TRIES):
        row = Submission.objects.get()
        assert row.state == "waiting"
        fetch(now, f"try {n}")
        now += submissions.ASK_AGAIN * 2**n
    row.refresh_from_db()
    assert row.state == "refused"
    assert "has no paper of this number" in row.reason
    assert not Paper.objects.exists()


def test_it_is_not_asked_for_sooner_than_it_says(arxiv):
    submit("2604.29999")
    fetch()
    asked = len(arxiv.log.entries)
    fetch(NOW + timedelta(minutes=10), "later")
    assert len(arxiv.log.entries) == asked


def test_what_was_refused_can_be_brought_again_by_another_reader(follows):
    submit("2604.20001")
    Submission.objects.update(state="refused", reason="no")
    other = reader()
    row, is_new = submit("2604.20001", other)
    assert is_new
    assert (row.state, row.reason, row.reader) == ("waiting", "", other)


def test_a_source_that_does_not_answer_keeps_it_waiting_and_says_so(arxiv, settings):
    submit("2604.20001")
    settings.ARXIV_API_URL = "http://127.0.0.1:9/none"
    fetch()
    row = Submission.objects.get()
    assert row.state == "waiting"
    assert row.reason.endswith("It is asked again soon.")
    assert row.n_asked == 0
    fetch(NOW + submissions.PATIENCE + timedelta(minutes=1), "much later")
    row.refresh_from_db()
    assert row.state == "refused"


def test_a_paper_that_comes_by_another_way_ends_the_waiting(follows):
    submit("2604.20001")
    paper(arxiv_id="2604.20001")
    assert fetch() == {"here": 1}
    assert Submission.objects.get().state == "here"


def test_a_reader_who_leaves_takes_the_name_along_and_leaves_the_paper():
    who, known = reader(), paper()
    submit(known.arxiv_id, who)
    who.delete()
    assert Submission.objects.get().reader is None
