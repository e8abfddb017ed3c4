"""Payloads of public repositories and standards, beside the vectors and like these."""

import json
from pathlib import Path

import pytest

from qr.conformance import Judgement, judge_refusal, list_misses
from qr.recognition import Nature, recognize
from qr.registry import DIALECTS

LINES = Path(__file__).with_name("samples.jsonl").read_text("utf-8").splitlines()
SAMPLES = [json.loads(line) for line in LINES]
VALID = [sample for sample in SAMPLES if sample["valid"]]
INVALID = [sample for sample in SAMPLES if not sample["valid"]]


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample["why"])
def test_samples_are_read_and_written_as_they_say(sample):
    assert list(list_misses(DIALECTS[sample["format"]], sample)) == []


@pytest.mark.parametrize("sample", VALID, ids=lambda sample: sample["why"])
def test_valid_samples_are_recognised_and_asked_for_again(sample):
    found, dialect = recognize(sample["payload"]), DIALECTS[sample["format"]]

    assert found.format == sample["format"]
    assert found.nature in {Nature.PAYMENT, Nature.CONSUMER_CODE}
    assert found.reading
    if found.reading.request:
        again = dialect.decode(dialect.encode(found.reading.request)).request
        assert again == found.reading.request


@pytest.mark.parametrize("sample", INVALID, ids=lambda sample: sample["why"])
def test_invalid_samples_are_refused_for_their_reason(sample):
    dialect = DIALECTS[sample["format"]]

    assert judge_refusal(dialect, sample) is Judgement.EXPLAINED
