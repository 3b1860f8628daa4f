"""`pip install` with every requirement of pyproject.toml at the lower end of its range; tox -e oldest installs by it.

    python -m tools.oldest CONSTRAINTS PIP-ARGUMENT...

CONSTRAINTS is the file to write the lower ends into. What pyproject.toml does not name itself is not held back.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tools.requirements import lower_ends


def main(constraints: Path, arguments: list[str]) -> int:
    constraints.write_text("".join(f"{name}=={version}\n" for name, version in sorted(lower_ends().items())))
    install = [sys.executable, "-m", "pip", "install", "--constraint", str(constraints), *arguments]
    return subprocess.run(install, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
