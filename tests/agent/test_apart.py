"""Two programs: nothing that one loads is the other's, but for the rooms that both stand on."""

import subprocess
import sys

import pytest

TILLS = {"runtime", "journal", "devices", "links", "persons", "projection", "archive", "replay"}


@pytest.mark.parametrize(
    ("program", "others"), [("run", {"agent"}), ("agent", TILLS), ("status", {"agent"})]
)
def test_a_program_loads_nothing_of_the_others(program: str, others: set[str]) -> None:
    code = (
        f"import pos_terminal.commands.{program}, sys\n"
        "print(*{n.split('.')[1] for n in sys.modules if n.startswith('pos_terminal.')})"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert set(run.stdout.split()) & others == set()


def test_the_agent_starts_without_what_only_services_need() -> None:
    code = "import pos_terminal.commands.agent, sys\nprint(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    heavy = {"ssl", "cryptography", "email", "http", "importlib.metadata", "pos_service_health"}
    assert set(run.stdout.split()) & heavy == set()
