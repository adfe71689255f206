"""Of every server that the agent calls, it is said before its certificate ends."""

import ast
from pathlib import Path

from pos_terminal.agent.called import CalledServer
from pos_terminal.testing.running import run
from tests.support.https_server import HttpsServer
from tests.support.service_world import world

PLUGINS = Path(__file__).parents[2] / "plugins"
DAY = 86_400_000_000
END = 4_733_510_400_000_000
"""2120, when the certificates of the tests' servers end, in µs."""


def test_a_certificate_that_ends_is_its_servers_incident_until_it_is_renewed(
    tmp_path: Path,
) -> None:
    server = HttpsServer(tmp_path)
    server.answers = [503]

    async def body() -> None:
        async with world(tmp_path, {}, "called") as (agent, clock):
            with server.up():
                called = CalledServer(
                    agent, "stamps", server.url, ca=str(server.pem), hosts=["127.0.0.1"]
                )
                clock.at = END - 10 * DAY
                assert (await called.call(b"", {})).status == 503
                found = [(row.subject, row.code) for row in agent.incidents]
                assert found == [("stamps", "B-138")]
                clock.at = END - 30 * DAY
                assert (await called.call(b"", {})).body == b"secret"
                assert not list(agent.incidents)

    run(body())


def test_no_service_calls_by_another_way() -> None:
    callers = {
        file.name
        for file in PLUGINS.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.ImportFrom) and node.module == "pos_terminal.agent.https"
        if "post" in {name.name for name in node.names}
    }
    assert not callers
