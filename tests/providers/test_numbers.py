"""What `explain` says of Twilio's error numbers is about those that the code knows, and no others."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from smsops.codes import CODES
from smsops.errors import ProviderError
from smsops.explanations import ErrorNumber
from smsops.providers.twilio import failures
from smsops.providers.twilio.answers import Answer
from smsops.providers.twilio.numbers import ANSWERS, ERROR_NUMBERS

PACKAGE = Path(failures.__file__).parents[2]
SPOKEN = re.compile(r"(?:error|explain|fail with) (\d{5})\b")
"""An error number in a text that people read."""
EVERY = pytest.mark.parametrize("error", ERROR_NUMBERS.values(), ids=lambda error: error.number)


def refusal(number: int) -> ProviderError:
    answer = Answer(status=400, body=b"{}", error_code=number)
    return failures.error_of("POST /v1/Services", answer, lost=False, wrote=False)


def test_the_numbers_that_the_code_knows_are_those_that_explain_knows() -> None:
    assert set(ANSWERS) == failures.KNOWN


def test_every_number_that_a_text_of_the_package_names_is_explained() -> None:
    sources = [path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py") if "sandbox" not in path.parts]
    named = {int(number) for source in sources for number in SPOKEN.findall(source)}
    assert {21712, 30034} <= named
    assert named <= set(ERROR_NUMBERS)


@EVERY
def test_an_entry_says_enough_and_leads_to_codes_that_exist(error: ErrorNumber) -> None:
    assert error.link == f"https://www.twilio.com/docs/errors/{error.number}"
    assert not error.title.endswith(".")
    for text in (error.meaning, error.smsops, error.person):
        assert text.endswith(".")
        assert "!" not in text
    assert set(error.codes) <= set(CODES)


@pytest.mark.parametrize("number", sorted(failures.KNOWN - {failures.ALREADY_IN_POOL}))
def test_the_first_code_is_that_of_the_refusal_which_hints_at_the_number(number: int) -> None:
    raised = refusal(number)
    assert ERROR_NUMBERS[number].codes[0] == raised.code
    assert raised.hint.endswith(f"smsops explain {number} says more.")
    assert raised.hint[0] != " "


def test_a_number_that_nobody_knows_is_not_hinted_at() -> None:
    assert "explain" not in refusal(29999).hint


def test_what_counts_as_done_leads_to_no_code() -> None:
    assert ERROR_NUMBERS[failures.ALREADY_IN_POOL].codes == ()
    assert ERROR_NUMBERS[30034].codes == ()
