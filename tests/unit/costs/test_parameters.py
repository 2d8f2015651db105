"""The files of the environments are read without a compiler, and what is not understood is said."""

import pytest

from costs.errors import CostError
from costs.parameters import read_environment, read_parameters


def test_strings_numbers_arrays_and_objects_are_read() -> None:
    text = """
        using '../main.bicep'   // The template.
        param env = 'dev'
        param zones = ['1', '2']
        param scale = {
          memory: 2048
          highAvailability: true
          emails: [
            readEnvironmentVariable('MAIL', 'you@example.com')
          ]
        }
        param quota = -1
        param bootstrap = bool(readEnvironmentVariable('BOOTSTRAP', 'false'))
    """
    assert read_parameters(text) == {
        "env": "dev",
        "zones": ["1", "2"],
        "scale": {"memory": 2048, "highAvailability": True, "emails": ["you@example.com"]},
        "quota": -1,
        "bootstrap": False,
    }


@pytest.mark.parametrize(
    "text", ["var a = 1", "param a 1", "param a = b", "param a = ;", "param a = {", "param a = [1"]
)
def test_what_is_not_understood_is_refused(text: str) -> None:
    with pytest.raises(CostError, match="the parameters"):
        read_parameters(text)


def test_an_environment_that_is_not_there_is_refused_with_those_that_are() -> None:
    with pytest.raises(CostError, match="dev, prod, staging"):
        read_environment("test")
