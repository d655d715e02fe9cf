"""Settings of the harvest: nonsense stops the start with a sentence."""

import os
import subprocess
import sys

import pytest

INSTANCE = {"DATABASE_URL": "postgresql://a:b@127.0.0.1/c", "SECRET_KEY": "a long random text"}


def start(**values):
    """The names that the settings ended with, or the sentence that they stopped with."""
    code = "from webapp import settings as s; print(s.BIORXIV_SUBJECTS, s.ARXIV_OAI_PREFIX)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PATH": os.environ["PATH"]} | INSTANCE | values,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip() or done.stderr.strip().splitlines()[-1]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"ARXIV_OAI_PREFIX": "arxiv"}, "must be arXiv, arXivRaw or oai_dc"),
        ({"BIORXIV_SUBJECTS": "neuroscience"}, "'neuroscience' is not a category"),
        ({"DAILY_PAPERS": "perhaps"}, "DAILY_PAPERS must be true or false"),
        ({"DAILY_PAPERS": "true"}, "Set OPERATOR_EMAIL"),
        ({"BIORXIV_SUBJECTS": "medrxiv"}, "Set OPERATOR_EMAIL"),
        ({"ARXIV_SUBJECTS": "cs.LG"}, "Set OPERATOR_EMAIL"),
        ({"ENCODER": "x" * 201}, "ENCODER must be a name or a path"),
    ],
)
def test_what_makes_no_sense_is_said(values, said):
    assert said in start(**values)


def test_what_makes_sense_is_taken():
    said = start(
        BIORXIV_SUBJECTS="biorxiv.cell-biology, medrxiv",
        ARXIV_OAI_PREFIX="arXivRaw",
        OPERATOR_EMAIL="host@example.org",
    )
    assert said == "['biorxiv.cell-biology', 'medrxiv'] arXivRaw"
