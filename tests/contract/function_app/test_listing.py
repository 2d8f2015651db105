"""Which meetings a list holds, and in which order."""

from typing import Any

import pytest

from .support import PUBLIC_URL, Platform


async def listed(platform: Platform, size: int = 2, **query: Any) -> list[str]:
    """The ids in the whole list, page by page."""
    answer = await platform.call("GET", "/meetings", params={"maxpagesize": size, **query})
    ids: list[str] = []
    while True:
        assert answer.status_code == 200, answer.text
        page = answer.json()
        assert len(page["value"]) <= size
        ids += [meeting["id"] for meeting in page["value"]]
        if "nextLink" not in page:
            return ids
        assert page["nextLink"].startswith(PUBLIC_URL)
        answer = await platform.call("GET", page["nextLink"])


@pytest.fixture
async def meetings(platform: Platform) -> None:
    """Besides `demo`: five, of which two have the same title."""
    for meeting, title in (("a1", "beta"), ("a2", "Alpha"), ("a3", "beta"), ("a4", "O'Neill's"), ("a5", "gamma")):
        await platform.put_meeting(meeting, title)
    await platform.call("POST", "/meetings/a5:lock")
    await platform.call("DELETE", "/meetings/a2")


@pytest.mark.usefixtures("meetings")
async def test_a_list_is_in_the_order_that_is_asked_for_over_all_its_pages(platform: Platform) -> None:
    assert await listed(platform, orderby="createdOn") == ["demo", "a1", "a3", "a4", "a5"]
    assert await listed(platform, orderby="updatedOn desc") == ["a5", "a4", "a3", "a1", "demo"]
    assert await listed(platform, orderby="title") == ["a1", "a3", "demo", "a5", "a4"]
    assert await listed(platform, orderby="title desc", size=1) == ["a4", "a5", "demo", "a3", "a1"]


@pytest.mark.usefixtures("meetings")
async def test_a_list_holds_what_the_filter_says(platform: Platform) -> None:
    beta = "title eq 'beta'"
    created = (await platform.call("GET", "/meetings/a3")).json()["createdOn"]
    wanted = {
        beta: {"a1", "a3"},
        "title eq 'O''Neill''s'": {"a4"},
        f"{beta} and createdOn ge {created}": {"a3"},
        "locked eq true": {"a5"},
        "locked ne true and title ge 'O'": {"a1", "a3", "a4"} - {"demo"},
        "title eq 'Alpha'": set(),
        "title eq ''' OR true --'": set(),
    }
    found = {condition: set(await listed(platform, filter=condition)) for condition in wanted}
    assert found == wanted
    assert await listed(platform, size=1, filter=beta, orderby="title desc") == ["a3", "a1"]
    assert set(await listed(platform, filter="title eq 'Alpha'", includeDeleted=True)) == {"a2"}


@pytest.mark.parametrize(
    ("parameter", "value", "named"),
    [
        ("filter", "", "comparisons"),
        ("filter", "secret eq 'x'", "secret"),
        ("filter", "title like 'x'", "like"),
        ("filter", "title eq x", "title"),
        ("filter", "locked gt true", "locked"),
        ("filter", "createdOn ge 2026-11-01", "createdOn"),
        ("filter", "title eq 'x' or true", "comparisons"),
        ("filter", "title eq 'x' and", "comparisons"),
        ("filter", " and ".join(["locked eq true"] * 11), "comparisons"),
        ("orderby", "secret", "secret"),
        ("orderby", "title upwards", "title"),
        ("orderby", "", "title"),
    ],
)
async def test_what_cannot_be_asked_for_is_refused_by_name(
    platform: Platform, parameter: str, value: str, named: str
) -> None:
    answer = await platform.call("GET", "/meetings", params={parameter: value})
    error = answer.json()["error"]
    assert (answer.status_code, error["target"]) == (400, parameter)
    assert named in error["message"]


@pytest.mark.usefixtures("meetings")
async def test_the_next_page_of_one_choice_is_none_of_another(platform: Platform) -> None:
    first = await platform.call("GET", "/meetings", params={"maxpagesize": 1, "orderby": "title"})
    link = first.json()["nextLink"].replace("orderby=title", "orderby=createdOn")
    answer = await platform.call("GET", link)
    assert (answer.status_code, answer.json()["error"]["target"]) == (400, "continuationToken")
