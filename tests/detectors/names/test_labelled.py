"""Fields whose values are no persons, whatever they look like."""

import pytest

from detectors.names.labelled import is_something_else


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ('"state": "Vic",', "Vic"),
        ('"postal_code": "Ann 1"', "Ann"),
        ("city='Florence'", "Florence"),
        ('"resourceType": "Ada"', "Ada"),
        ('service_class = "Victor"', "Victor"),
        ('"id": "benedicte"', "benedicte"),
    ],
)
def test_a_field_says_what_else_it_is(text: str, word: str) -> None:
    assert is_something_else(text, text.index(word), text.index(word) + len(word))


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ('"owner": "Vic",', "Vic"),
        ('"given": ["Vic"]', "Vic"),
        ("the state of Vic, as told", "Vic"),
        ('"statement": "Vic paid"', "Vic"),
        ('"status": "waiting until somebody finds out where Vic has gone to"', "Vic"),
        ('"id": 7, "note": "Vic"', "Vic"),
    ],
)
def test_other_fields_and_sentences_do_not(text: str, word: str) -> None:
    assert not is_something_else(text, text.index(word), text.index(word) + len(word))
