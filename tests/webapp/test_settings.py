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
        ({"LANGUAGE_CODE": "tlh"}, "there is no translation into 'tlh' yet"),
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


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"EMAIL_PROVIDER": "pigeon"}, "EMAIL_PROVIDER must be one of smtp, file, console"),
        ({"EMAIL_PROVIDER": "postmark"}, "Set ANYMAIL_WEBHOOK_SECRET"),
        (
            {"EMAIL_PROVIDER": "postmark", "ANYMAIL_WEBHOOK_SECRET": "a:short"},
            "16 characters or more",
        ),
    ],
)
def test_mail_needs_a_known_carrier_and_a_secret_for_what_it_tells(values, said):
    assert said in start(**values)


@pytest.mark.parametrize(
    "values",
    [
        *({}, {"EMAIL_HOST": "mail.example.org"}, {"EMAIL_PROVIDER": "console"}),
        {"EMAIL_PROVIDER": "postmark", "ANYMAIL_WEBHOOK_SECRET": "firstlight:a-long-long-secret"},
    ],
)
def test_mail_is_carried_by_whom_is_named(values):
    assert start(**values) == "[] arXiv"
