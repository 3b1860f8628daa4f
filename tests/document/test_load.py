from pathlib import Path

import orjson
import pytest

from inferproof.document import DocumentError, cache, files, load

BASE = """
openapi: 3.1.0
info: {title: t, version: 2024-01-01}
paths:
  /a:
    get:
      x-inferproof-role: status
      responses:
        200: {description: d}
"""
CORRECTIONS = (
    "overlay: 1.1.0\nactions:\n  - {target: $.info.title, update: repaired, x-repair: true}\n"
    "  - {target: $.openapi, update: 3.2.0}\n"
)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr("platformdirs.user_cache_dir", lambda *_, **__: str(tmp_path / "cache"))
    monkeypatch.setattr("inferproof.document.loading._loaded", {})
    contract = tmp_path / "mine"
    contract.mkdir()
    (contract / "openapi.yaml").write_text(BASE)
    (contract / "corrections.yaml").write_text(CORRECTIONS)
    return contract


def cached(folder: Path) -> list[Path]:
    return list((folder.parent / "cache").rglob("*.json"))


def test_the_published_layer_has_the_repairs_and_the_corrected_layer_everything(folder):
    contract = load(str(folder))
    assert (contract.published["openapi"], contract.corrected["openapi"]) == ("3.1.0", "3.2.0")
    assert contract.published["info"]["title"] == contract.corrected["info"]["title"] == "repaired"


def test_yaml_keeps_to_the_types_of_json(folder):
    contract = load(str(folder))
    assert contract.published["info"]["version"] == "2024-01-01"
    assert list(contract.published["paths"]["/a"]["get"]["responses"]) == ["200"]


def test_the_digest_covers_both_documents(folder):
    first = load(str(folder)).digest
    (folder / "corrections.yaml").write_text(CORRECTIONS + "# a comment\n")
    assert load(str(folder)).digest == first
    (folder / "corrections.yaml").write_text(CORRECTIONS.replace("repaired", "mended"))
    assert load(str(folder)).digest != first


def test_a_compiled_contract_is_read_back_from_the_cache(folder, monkeypatch):
    load(str(folder))
    (compiled,) = cached(folder)
    kept = {"openapi": "from the cache", "paths": {"/a": {"get": {"x-inferproof-role": "status"}}}}
    compiled.write_bytes(orjson.dumps({"published": {"paths": {}}, "corrected": kept, "marks": {}}))
    monkeypatch.setattr("inferproof.document.loading._loaded", {})
    assert load(str(folder)).corrected == kept


def test_a_broken_cache_is_passed_over(folder, monkeypatch):
    load(str(folder))
    (compiled,) = cached(folder)
    compiled.write_text("{")
    monkeypatch.setattr("inferproof.document.loading._loaded", {})
    assert load(str(folder)).corrected["openapi"] == "3.2.0"


def test_a_cache_that_cannot_be_written_is_passed_over(folder, monkeypatch):
    (folder.parent / "cache").write_text("a file where the folder should be")
    assert load(str(folder)).corrected["openapi"] == "3.2.0"
    assert cache.read("anything") is None


def test_an_unknown_contract_names_the_nearest_one():
    with pytest.raises(DocumentError, match=r'no contract is named "inflexion"; did you mean "inflection"\?'):
        load("inflexion")


def test_a_folder_without_a_document_is_an_error(tmp_path):
    with pytest.raises(DocumentError, match=r"openapi\.yaml: no such file"):
        load(str(tmp_path))


@pytest.mark.parametrize("text", [None, "", "# nothing yet\n", "overlay: 1.1.0\n", "overlay: 1.1.0\nactions: []\n"])
def test_where_nothing_is_corrected_both_layers_are_the_document(folder, text):
    (folder / "corrections.yaml").unlink()
    if text is not None:
        (folder / "corrections.yaml").write_text(text)
    contract = load(str(folder))
    assert contract.published == contract.corrected
    assert list(contract.roles) == ["status"]


def test_what_is_not_yaml_is_an_error_with_line_and_column(folder):
    (folder / "openapi.yaml").write_text("openapi: 3.1.0\npaths: [\n")
    with pytest.raises(DocumentError, match=r"openapi\.yaml, line \d+, column \d+: not YAML"):
        load(str(folder))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("swagger: '2.0'", 'it has no member "openapi"'),
        ("openapi: 2.0.0", "\"openapi\" is '2.0.0'"),
        ("- a", 'it has no member "openapi"'),
        ("openapi: 3.1.0", "/paths: expected an object"),
    ],
)
def test_what_is_not_openapi_is_an_error_that_says_why(folder, text, message):
    (folder / "openapi.yaml").write_text(text)
    with pytest.raises(DocumentError, match=message):
        load(str(folder))


def test_the_documents_of_the_package_come_before_those_of_the_checkout(tmp_path, monkeypatch):
    package = tmp_path / "contract" / "inferproof"
    (tmp_path / "openapi").mkdir(parents=True)
    monkeypatch.setattr(files, "_PACKAGE", package)
    assert files.home() == tmp_path / "openapi"
    (package / "openapi").mkdir(parents=True)
    assert files.home() == package / "openapi"


def test_loading_twice_gives_the_same_contract():
    assert load() is load()
