import json
from pathlib import Path

import pytest

UPSTREAM = Path(__file__).parents[3] / "shared" / "upstream" / "inflection-openapi.json"


@pytest.fixture(scope="session")
def upstream():
    """The document as the vendor publishes it, which is not ours to ship."""
    if not UPSTREAM.is_file():
        pytest.skip("the vendor's published document is not beside this checkout (../shared/upstream)")
    return json.loads(UPSTREAM.read_text())
