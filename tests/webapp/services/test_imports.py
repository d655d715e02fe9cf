"""Files in: everything good is kept, everything bad is said."""

import gzip
import json
import signal
import subprocess
import sys
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection

from webapp.models import Paper, Work
from webapp.services import imports

pytestmark = pytest.mark.django_db(transaction=True)


def row(n, **fields):
    return {
        "id": f"2611.{n:05d}",
        "date": "2026-11-20",
        "title": f"Paper {n}",
        "abstract": f"About number {n}.",
        "authors": ["Ada Example"],
        "categories": ["cs.LG"],
        "comments": None,
    } | fields


def write(path, rows, pack=None):
    text = "".join(r if isinstance(r, str) else json.dumps(r) + "\n" for r in rows)
    opened = gzip.open if pack or path.suffix == ".gz" else open
    with opened(path, "wt") as file:
        file.write(text)
    return path


def run(*paths):
    out = StringIO()
    call_command("import_papers", *map(str, paths), stdout=out)
    return out.getvalue()


def test_it_reads_plain_and_packed_files(tmp_path):
    plain = write(tmp_path / "a.jsonl", [row(1)])
    packed = write(tmp_path / "b.jsonl.gz", [row(2)])
    hidden = write(tmp_path / "c.jsonl", [row(3)], pack=True)
    assert "3 lines: 3 new" in run(plain, packed, hidden)
    assert Paper.objects.count() == 3


def test_it_does_nothing_the_second_time(tmp_path):
    path = write(tmp_path / "a.jsonl", [row(n) for n in range(1, 50)])
    run(path)
    assert "0 new, 0 changed, 0 moved, 49 same" in run(path)
    assert Work.objects.filter(job="embed").count() == 1


def test_a_paper_stated_twice_in_a_file_is_one_row(tmp_path):
    later = row(1, date="2026-11-23", title="Again", id="2611.00001v2")
    run(write(tmp_path / "a.jsonl", [row(1), later]))
    paper = Paper.objects.get()
    assert (paper.title, paper.issue_day.isoformat(), paper.version) == ("Again", "2026-11-20", 2)


def test_bad_lines_are_listed_and_the_good_ones_kept(tmp_path, capsys):
    path = write(tmp_path / "a.jsonl", [row(1), "{broken\n", row(2, id="9913.1"), "\n", row(3)])
    with pytest.raises(CommandError, match="2 lines were left out") as error:
        run(path)
    said = capsys.readouterr().err
    assert f"{path}:2: not JSON" in said
    assert f"{path}:3: '9913.1' is not an arXiv identifier" in said
    assert error.value.returncode == 1
    assert Paper.objects.count() == 2


def test_a_truncated_gzip_keeps_what_came_before(tmp_path, capsys):
    path = write(tmp_path / "a.jsonl.gz", [row(n, abstract=f"{n**9}" * 40) for n in range(1, 900)])
    path.write_bytes(path.read_bytes()[:-2_000])
    with pytest.raises(CommandError):
        run(path)
    assert "cannot be unpacked" in capsys.readouterr().err
    assert 0 < Paper.objects.count() < 899


def test_a_file_that_is_not_there_is_refused_before_anything_is_read(tmp_path):
    path = write(tmp_path / "a.jsonl", [row(1)])
    with pytest.raises(CommandError, match="is not a file") as error:
        run(path, tmp_path / "none.jsonl")
    assert error.value.returncode == 2
    assert not Paper.objects.exists()


def test_an_endless_line_is_one_bad_line(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text('{"id": "' + "9" * (3 * imports.LONGEST_LINE) + "\n" + json.dumps(row(1)))
    with pytest.raises(CommandError, match="1 lines were left out"):
        run(path)
    assert Paper.objects.count() == 1


def test_a_day_in_the_far_future_is_refused(tmp_path, capsys):
    with pytest.raises(CommandError):
        run(write(tmp_path / "a.jsonl", [row(1, date="9999-12-31"), row(2)]))
    assert "announced in the future" in capsys.readouterr().err
    assert Paper.objects.count() == 1


def test_killed_and_started_again_it_ends_with_the_same_rows(tmp_path, live_environment):
    path = write(tmp_path / "a.jsonl", [row(n) for n in range(1, 12_001)])
    command = [sys.executable, "manage.py", "import_papers", str(path)]
    process = subprocess.Popen(command, env=live_environment, stderr=subprocess.DEVNULL)
    while not Paper.objects.exists():
        assert process.poll() is None
    process.send_signal(signal.SIGKILL)
    process.wait()
    before = Paper.objects.count()
    assert 0 < before < 12_000
    run(path)
    assert Paper.objects.count() == 12_000


def test_an_import_that_the_database_refuses_says_so(tmp_path):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE webapp_paper ADD CONSTRAINT no_poison CHECK (title <> 'x')")
    try:
        with pytest.raises(IntegrityError, match="no_poison"):
            run(write(tmp_path / "a.jsonl", [row(n, title="x") for n in range(1, 9_000)]))
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE webapp_paper DROP CONSTRAINT no_poison")
    assert not Paper.objects.exists()
