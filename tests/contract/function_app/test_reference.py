"""The page that shows the API to people."""

import re

from .support import Platform


async def test_the_documentation_page_loads_only_from_its_own_origin(platform: Platform) -> None:
    answer = await platform.http.get("/docs")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    loaded = re.findall(r'(?:src|href)="([^"]*)"', answer.text)
    assert "/docs-assets/swagger-ui-bundle.js" in loaded
    assert all(re.match("/[^/]", path) for path in loaded)


async def test_the_documentation_page_may_run_only_scripts_that_are_files_of_its_own_origin(platform: Platform) -> None:
    answer = await platform.http.get("/docs")
    policy = dict(one.split(" ", 1) for one in answer.headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == "'self'"
    assert not re.search(r"<script>|<script [^>]*>[^<]", answer.text)


async def test_the_documentation_page_shows_the_document_that_is_served(platform: Platform) -> None:
    document = (await platform.http.get("/openapi.json")).json()
    assert document["info"]["title"] == "Parley"
    assert "/docs" not in document["paths"]
