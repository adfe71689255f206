"""The terminal runs without OpenSSL in asyncio, and nothing else is kept from it."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    "code",
    [
        "import pos_terminal.process.without_ssl, asyncio, sys; assert 'ssl' not in sys.modules",
        "import pos_terminal.process.without_ssl, ssl; ssl.create_default_context()",
        "import asyncio, ssl, pos_terminal.process.without_ssl; assert asyncio.sslproto.ssl is ssl",
        "import pos_terminal.commands.run, sys; assert 'ssl' not in sys.modules",
        "import pos_terminal.commands.run, sys; "
        "assert not [m for m in sys.modules if m.startswith(('pos_terminal.agent', 'pos_serv'))]",
    ],
)
def test_in_a_program_of_its_own(code: str) -> None:
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True)
