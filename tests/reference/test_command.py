"""What `inferproof serve` and `inferproof tiny-model` say to whoever types them; no vLLM needed."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from inferproof.cli import main


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "Give either --upstream"),
        (["--upstream", "http://127.0.0.1:9", "--model", "tiny"], "Give either --upstream"),
        (["--upstream", "http://127.0.0.1:9"], "cannot be reached"),
        (["--upstream", "127.0.0.1:9"], "write it as http://host:port"),
        (["--upstream", "http://127.0.0.1:9", "--upstream-key-env", "NO_SUCH_NAME"], "NO_SUCH_NAME is not set"),
        (["--upstream", "http://127.0.0.1:9", "--catalogue", "no-such.toml"], "no-such.toml"),
        (["--model", "no-such-folder"], "no config.json"),
        (["--model", "tiny", "--python", "/no/such/python"], "Name the Python interpreter that has vLLM"),
    ],
)
def test_what_cannot_be_served_is_said_with_its_cure(arguments: list[str], says: str) -> None:
    result = CliRunner().invoke(main, ["serve", *arguments])
    assert result.exit_code == 2
    assert says in result.output
    assert "Traceback" not in result.output


def test_the_tiny_model_is_the_same_every_time(tmp_path: Path) -> None:
    for name in ("one", "two"):
        result = CliRunner().invoke(main, ["tiny-model", str(tmp_path / name)])
        assert result.exit_code == 0
        assert str(tmp_path / name) in result.output
    files = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert "model.safetensors" in files
    assert all((tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes() for file in files)
