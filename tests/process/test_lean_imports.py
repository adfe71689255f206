"""The terminal runs without OpenSSL in asyncio, and nothing else is kept from anybody."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.needs import need

TLS = """
import pos_terminal.process.lean_imports as lean
import asyncio, ssl, sys
lean.give_back()
lean.give_back()

server_side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
server_side.load_cert_chain(sys.argv[1])
client_side = ssl.create_default_context(cafile=sys.argv[1])

async def echo(reader, writer):
    writer.write(await reader.readline())
    writer.close()
    await writer.wait_closed()

async def main():
    server = await asyncio.start_server(echo, "127.0.0.1", 0, ssl=server_side)
    async with server:
        port = server.sockets[0].getsockname()[1]
        given = {"ssl": client_side, "server_hostname": "till.example"}
        reader, writer = await asyncio.open_connection("127.0.0.1", port, **given)
        writer.write(b"over TLS\\n")
        assert await reader.readline() == b"over TLS\\n"
        writer.close()
        await writer.wait_closed()

asyncio.run(main())
"""


def test_asyncio_has_tls_again_where_it_is_asked_for(tmp_path: Path) -> None:
    need(shutil.which("openssl") is not None, "openssl", "sudo apt-get install openssl")
    made = tmp_path / "both.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-keyout", tmp_path / "key", "-out", tmp_path / "certificate", "-days", "2",
         "-subj", "/CN=till.example", "-addext", "subjectAltName=DNS:till.example"],
        check=True, capture_output=True,
    )  # fmt: skip
    made.write_bytes((tmp_path / "key").read_bytes() + (tmp_path / "certificate").read_bytes())
    subprocess.run([sys.executable, "-W", "error", "-c", TLS, made], check=True, timeout=60)


LEAN = "import pos_terminal.process.lean_imports"


@pytest.mark.parametrize(
    "code",
    [
        f"{LEAN}, asyncio, sys; assert 'ssl' not in sys.modules",
        f"{LEAN}, msgspec, sys; assert 'typing_extensions' not in sys.modules",
        f"{LEAN}, ssl; ssl.create_default_context()",
        f"{LEAN}, typing_extensions; typing_extensions.Required",
        f"import asyncio, ssl; {LEAN}; assert asyncio.sslproto.ssl is ssl",
        f"{LEAN}, asyncio, sys; assert 'asyncio.sslproto' not in sys.modules; "
        "assert asyncio.base_events.sslproto.SSLProtocol is asyncio.sslproto.SSLProtocol",
        f"{LEAN}, datetime as ours, pickle, sys, zoneinfo; now = ours.datetime.now(ours.UTC); "
        "assert now == pickle.loads(pickle.dumps(now)); "
        "assert now == now.astimezone(zoneinfo.ZoneInfo('UTC')); "
        "del sys.modules['datetime']; import datetime; "
        "assert all(getattr(ours, each) is getattr(datetime, each) for each in datetime.__all__)",
        f"{LEAN}, pathlib, sys; assert 'urllib.parse' not in sys.modules; "
        "assert pathlib.Path('/a b').as_uri() == 'file:///a%20b'; import urllib.parse; "
        "assert urllib.parse.urlsplit('http://[::1]:80/').hostname == '::1'",
        f"{LEAN}, inspect, sys; assert 'ast' not in sys.modules; import fractions; "
        "assert inspect.getsource(fractions.Fraction).startswith('class Fraction(')",
        f"{LEAN}, inspect; assert str(inspect.signature(abs)) == '(x, /)'",
        f"{LEAN} as lean, inspect, sys; assert 'dis' not in sys.modules; import dis; "
        "assert lean._FLAGS.items() <= dis.COMPILER_FLAG_NAMES.items()",
        f"{LEAN}, inspect; assert inspect.getframeinfo(inspect.currentframe()).positions.lineno",
        f"{LEAN}, linecache, sys; assert 'tokenize' not in sys.modules; "
        "assert linecache.getline(linecache.__file__, 1).startswith('\"\"\"')",
        f"{LEAN}, subprocess, sys; assert 'locale' not in sys.modules; "
        "assert subprocess.run('true', text=True, capture_output=True).stdout == ''",
        f"{LEAN}, uuid, sys; import platform; assert not hasattr(platform, '__file__'); "
        "assert platform.machine() and sys.modules['platform'].__file__; import platform; "
        "assert uuid._LINUX == (platform.system() == 'Linux') and uuid.uuid1().variant",
        f"{LEAN}, sys, msgspec; assert 'msgspec.inspect' not in sys.modules; "
        "assert msgspec.json.schema(int) == {'type': 'integer'}; "
        "assert msgspec.json.schema_components([int]) == (({'type': 'integer'},), {}); "
        "assert type(msgspec.inspect.type_info(int)) is msgspec.inspect.IntType",
        f"{LEAN}, msgspec.inspect; assert msgspec.inspect.type_info(int) is not None",
        f"{LEAN} as lean, sys, zoneinfo; assert 'sysconfig' not in sys.modules; import sysconfig; "
        "assert lean._ZONES == sysconfig.get_config_var('TZPATH')",
        f"{LEAN}, argparse, gettext; assert not hasattr(gettext, '__file__'); "
        "assert gettext.ngettext('a', 'b', 2) == 'b'",
        f"{LEAN}, zlib; assert not hasattr(zlib, '__file__') and not hasattr(zlib, 'none'); "
        "assert zlib.decompress(zlib.compress(b'a')) == b'a'; import zipfile, gzip",
        f"{LEAN}, ast; assert ast.literal_eval('[1]') == [1]",
        f"{LEAN}, ipaddress; assert ipaddress.ip_address('::1').is_loopback",
        "import pos_terminal.commands.run, sys; "
        "assert not [m for m in sys.modules if m.startswith(('pos_terminal.agent', 'pos_serv'))]",
    ],
)
def test_in_a_program_of_its_own(code: str) -> None:
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True)


NEVER = {
    "ast", "asyncio.sslproto", "bz2", "calendar", "difflib", "dis", "locale", "lzma",
    "msgspec.inspect", "random", "secrets", "shutil", "ssl", "sysconfig", "tempfile", "tokenize",
    "typing_extensions", "zipfile",
}  # fmt: skip
"""What no till and no agent needs while it runs; each is a hundred KiB and more."""
OWN = {"run": NEVER | {"ipaddress", "urllib.parse"}, "agent": NEVER}
"""An agent speaks to addresses."""


@pytest.mark.parametrize("command", ["run", "agent"])
def test_the_command_line_loads_nothing_that_it_never_needs(command: str) -> None:
    """By its own beginning: what is imported before the lean ones would be as heavy as ever."""
    asks = (
        f"import sys; sys.argv[1:] = [{command!r}, '--help']\n"
        "try: import pos_terminal.__main__ as program; program.main()\n"
        "except SystemExit: loaded = {name for name, module in sys.modules.items()"
        " if hasattr(module, '__file__')}\n"  # what stands for one that is put off has no file
        f"sys.exit(','.join({OWN[command]} & loaded) or 0)"
    )
    command_line = [sys.executable, "-W", "error", "-c", asks]
    run = subprocess.run(command_line, check=False, capture_output=True)
    assert (run.returncode, run.stderr) == (0, b"")
