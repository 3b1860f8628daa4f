import json

import pytest
import yaml

from inferproof.document import load
from inferproof.document.export import written


@pytest.mark.parametrize("layer", ["published", "corrected"])
def test_yaml_and_json_read_back_as_the_same_document(layer):
    document = getattr(load("inflection"), layer)
    assert yaml.safe_load(written(document, "yaml")) == document
    assert json.loads(written(document, "json")) == document


def test_texts_of_several_lines_stay_readable():
    assert written({"a": "one\ntwo\n"}) == "a: |\n  one\n  two\n"
