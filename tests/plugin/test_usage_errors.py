"""What the user must mend is one line and exit code 4, with and without pytest-xdist; and the plugin needs neither it
nor, where nobody runs pytest, pytest.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from inferproof_mock.server import DEFAULT_KEY

WITH_XDIST, WITHOUT = ("-n", "1"), ()

ALONE = """\
import sys
import pytest

class NotInstalled:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("xdist", "execnet"):
            raise ModuleNotFoundError(name)

sys.meta_path.insert(0, NotInstalled())
sys.exit(pytest.main(["-p", "inferproof.pytest_plugin", *sys.argv[1:]]))
"""


def pytest_in(folder: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    (folder / "pytest.ini").touch()
    return _python(folder, "-m", "pytest", "-q", *arguments, **variables)


def _python(folder: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env={**os.environ, "INFERPROOF_API_KEY": DEFAULT_KEY, **variables},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def without_xdist(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """In a process that cannot import pytest-xdist, and where pytest loads no plugin but ours."""
    (folder / "pytest.ini").touch()
    return _python(folder, "-c", ALONE, "-q", *arguments, PYTEST_DISABLE_PLUGIN_AUTOLOAD="1")


@pytest.fixture
def nobody() -> Iterator[str]:
    """A URL at which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"


def refused(done: subprocess.CompletedProcess[str], *said: str) -> None:
    output = done.stdout + done.stderr
    assert done.returncode == pytest.ExitCode.USAGE_ERROR, output
    for word in ("Traceback", "INTERNALERROR", "Error:", "pytest_plugin.py:"):
        assert word not in output, output
    [line] = [line for line in done.stderr.splitlines() if said[0] in line]
    for words in said:
        assert words in line


Breaks = Callable[[Path, str], list[str]]


def a_wrong_contract(folder: Path, url: str) -> list[str]:
    """no contract is named "inflexion"; did you mean"""
    return ["--inferproof-contract", "inflexion"]


def a_contract_that_is_no_document(folder: Path, url: str) -> list[str]:
    """not an OpenAPI 3 document"""
    (folder / "api").mkdir()
    (folder / "api" / "openapi.yaml").write_text("a: 1\n")
    (folder / "api" / "corrections.yaml").write_text("a: 1\n")
    return ["--inferproof-contract", "api"]


def a_target_file_with_an_unknown_key(folder: Path, url: str) -> list[str]:
    """inferproof.toml: unknown option ulr; did you mean 'url'"""
    (folder / "inferproof.toml").write_text('ulr = "http://h"\n')
    return []


def a_target_file_that_is_not_there(folder: Path, url: str) -> list[str]:
    """other.toml: there is no such file"""
    return ["--inferproof-target", "other.toml"]


def a_variable_that_is_not_set(folder: Path, url: str) -> list[str]:
    """the environment variable NO_SUCH_KEY is not set"""
    (folder / "inferproof.toml").write_text('key_variable = "NO_SUCH_KEY"\n')
    return []


def a_url_of_nobody(folder: Path, url: str) -> list[str]:
    """cannot be reached"""
    return []


def a_url_that_is_none(folder: Path, url: str) -> list[str]:
    """is not a URL of a server"""
    return ["--inferproof-url", "ftp://h"]


def a_seed_that_is_no_number(folder: Path, url: str) -> list[str]:
    """argument --inferproof-seed: 'seven' is no whole number from 0 to 4294967295"""
    return ["--inferproof-seed", "seven"]


def a_seed_below_zero(folder: Path, url: str) -> list[str]:
    """argument --inferproof-seed: '-1' is no whole number"""
    return ["--inferproof-seed=-1"]


def a_seed_that_is_too_large(folder: Path, url: str) -> list[str]:
    """argument --inferproof-seed: '4294967296' is no whole number"""
    return ["--inferproof-seed", "4294967296"]


@pytest.mark.parametrize("xdist", [WITHOUT, WITH_XDIST], ids=["alone", "xdist"])
@pytest.mark.parametrize(
    "breaks",
    [
        a_wrong_contract,
        a_contract_that_is_no_document,
        a_target_file_with_an_unknown_key,
        a_target_file_that_is_not_there,
        a_variable_that_is_not_set,
        a_url_of_nobody,
        a_url_that_is_none,
        a_seed_that_is_no_number,
        a_seed_below_zero,
        a_seed_that_is_too_large,
    ],
)
def test_it_is_one_line_and_exit_code_4(breaks: Breaks, xdist: tuple[str, ...], tmp_path: Path, nobody: str) -> None:
    arguments = breaks(tmp_path, nobody)
    done = pytest_in(tmp_path, "--inferproof-url", nobody, "-k", "status", *xdist, *arguments)
    refused(done, str(breaks.__doc__))


@pytest.mark.parametrize("xdist", [WITHOUT, WITH_XDIST], ids=["alone", "xdist"])
def test_a_key_that_is_refused_is_one_line_and_exit_code_4(
    xdist: tuple[str, ...], tmp_path: Path, mock_url: str
) -> None:
    done = pytest_in(tmp_path, "--inferproof-url", mock_url, "-k", "status", *xdist, INFERPROOF_API_KEY="sk-not-this")
    refused(done, "refuses the key")


def test_tests_that_came_before_are_still_reported(tmp_path: Path, nobody: str) -> None:
    (tmp_path / "test_one.py").write_text("def test_one():\n    pass\n")
    done = pytest_in(tmp_path, "--inferproof-url", nobody)
    refused(done, "cannot be reached")
    assert "1 passed" in done.stdout


def test_to_collect_nothing_is_sent(tmp_path: Path, nobody: str) -> None:
    done = pytest_in(tmp_path, "--inferproof-url", nobody, "--collect-only", "-k", "chat.usage.total")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "inferproof::chat.usage.total" in done.stdout


def test_it_runs_where_xdist_is_not_installed(tmp_path: Path, mock_url: str) -> None:
    done = without_xdist(tmp_path, "--inferproof-url", mock_url, "-k", "chat.usage.total")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed" in done.stdout


def test_it_runs_where_xdist_is_switched_off(tmp_path: Path, mock_url: str) -> None:
    done = pytest_in(tmp_path, "-p", "no:xdist", "--inferproof-url", mock_url, "-k", "chat.usage.total")
    assert done.returncode == 0, done.stdout + done.stderr


def test_an_unreachable_url_is_one_line_where_xdist_is_not_installed(tmp_path: Path, nobody: str) -> None:
    refused(without_xdist(tmp_path, "--inferproof-url", nobody, "-k", "status"), "cannot be reached")


def test_a_wrong_contract_of_the_fixture_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "test_app.py").write_text("def test_app(inferproof_mock):\n    pass\n")
    done = pytest_in(tmp_path, "--inferproof-contract", "inflexion")
    assert done.returncode == pytest.ExitCode.TESTS_FAILED
    assert 'no contract is named "inflexion"' in done.stdout
    assert "DocumentError" not in done.stdout
    assert "pytest_plugin.py" not in done.stdout


def test_the_header_says_where_the_file_has_the_key_sent(tmp_path: Path, mock_url: str) -> None:
    (tmp_path / "inferproof.toml").write_text('key_variable = "MY_KEY"\n')
    done = pytest_in(tmp_path, "-v", "--inferproof-url", mock_url, "-k", "chat.usage.total", MY_KEY=DEFAULT_KEY)
    assert f"inferproof.toml has the key in MY_KEY sent to {mock_url}" in done.stdout


def test_nobody_but_the_plugin_imports_pytest(tmp_path: Path) -> None:
    """`inferproof` itself does without: only what schemathesis brings needs it."""
    code = (
        "import sys\n"
        "sys.modules['inferproof.pytest_plugin'] = None\n"
        "import inferproof.cli, inferproof.certify.certify, inferproof.front.app, inferproof_mock.server\n"
        "import inferproof_reference.server\n"
        "print([name for name in sys.modules if name.partition('.')[0] in ('pytest', '_pytest')])\n"
    )
    done = _python(tmp_path, "-c", code)
    assert done.stdout.strip() == "[]", done.stdout + done.stderr
