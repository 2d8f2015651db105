import pytest
from pydantic import TypeAdapter, ValidationError

from parley_protocol.grants import DisplayName

NAMES: TypeAdapter[str] = TypeAdapter(DisplayName)


@pytest.mark.parametrize("name", ["Ann", "Zoë O'Neill", "李小龙", "عائشة", "👩‍💻 Ada", "a" * 80])
def test_names_of_all_scripts_stay_as_they_are(name: str) -> None:
    assert NAMES.validate_python(name) == name


@pytest.mark.parametrize(
    ("given", "shown"),
    [("  Ann ", "Ann"), ("a\u202egnp.exe", "agnp.exe"), ("An\x00n\n", "Ann"), ("\u2067Ann\u2069", "Ann")],
)
def test_what_is_not_seen_is_taken_out(given: str, shown: str) -> None:
    assert NAMES.validate_python(given) == shown


@pytest.mark.parametrize("name", ["", "   ", "\u202e\u200b", "a" * 81])
def test_a_name_with_nothing_to_see_or_too_much_is_refused(name: str) -> None:
    with pytest.raises(ValidationError):
        NAMES.validate_python(name)
