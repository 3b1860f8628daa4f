"""Facts about members stand in the overlay, are no part of the document, and never answer for another operation."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from inferproof.cli import main
from inferproof.document import Contract, DocumentError, load
from inferproof.document.facts import Facts, split
from inferproof.generated.requirements import owners
from inferproof.judge.capabilities import known
from tests.packs import SMALL


def marked(fact: Any, *, operation: Any = None) -> dict[str, Any]:
    body = {"content": {}, **({"x-inferproof": operation} if operation else {})}
    return {
        "paths": {"/talk": {"post": {"requestBody": body}}},
        "components": {"schemas": {"Talk": {"properties": {"n": {"type": "integer", "x-inferproof": fact}}}}},
    }


N = "/components/schemas/Talk/properties/n"


def test_marks_are_taken_out_of_the_document() -> None:
    document, marks = split(marked({"capability": "sampling.n"}), "corrections.yaml")
    assert document["components"]["schemas"]["Talk"]["properties"] == {"n": {"type": "integer"}}
    assert marks["facts"] == {N: {"capability": "sampling.n"}}


def test_an_operation_s_own_fact_wins_over_that_of_a_shared_property() -> None:
    own = {"members": {"n": {"capability": "core", "gate": False, "because": "one answer is enough"}}}
    _, marks = split(marked({"capability": "sampling.n", "cheap": {"const": 1}}, operation=own), "corrections.yaml")
    facts = Facts(marks, {"chat": "/paths/~1talk/post", "other": "/paths/~1else/post"})
    assert facts.member("chat", "n", N).capability == "core"
    assert facts.member("chat", "n", N).cheap == {"const": 1}
    assert facts.member("other", "n", N).capability == "sampling.n"
    assert facts.member("other", "n", N).gate is True


@pytest.mark.parametrize(
    ("fact", "said"),
    [
        ({"capabilty": "tools"}, 'did you mean "capability"'),
        ("tools", "expected an object"),
        ({"needs": True}, "needs must be an object"),
    ],
)
def test_a_fact_that_is_none_is_refused_with_its_place(fact: Any, said: str) -> None:
    with pytest.raises(DocumentError, match=rf"^corrections\.yaml: x-inferproof at #{N}") as raised:
        split(marked(fact), "corrections.yaml")
    assert said in str(raised.value)


def test_a_fact_about_a_member_that_the_document_has_not_is_refused() -> None:
    document = {"components": {"schemas": {"Talk": {"properties": {"m": {"x-inferproof": {"capability": "tools"}}}}}}}
    with pytest.raises(DocumentError, match="has no such member"):
        split(document, "corrections.yaml")


def test_a_member_may_be_named_like_the_mark() -> None:
    document = {"components": {"schemas": {"Talk": {"properties": {"x-inferproof": {"type": "string"}}}}}}
    assert split(document, "corrections.yaml") == (document, {"facts": {}, "capabilities": {}})


def test_no_mark_is_left_in_the_contract(contract: Contract) -> None:
    assert '"x-inferproof"' not in str(contract.corrected).replace("'", '"')


PRIORITY = "/components/schemas/ChatCompletionRequest/properties/priority"


def with_facts(contract: Contract, capability: str, own: dict[str, str]) -> Contract:
    base = "/paths/~1v1~1chat~1completions/post/requestBody"
    facts = {base: {"base": {"messages": [], "max_tokens": 4}}, PRIORITY: {"capability": capability}}
    return Contract("mine", contract.published, contract.corrected, {"facts": facts, "capabilities": own})


def test_a_capability_that_there_is_none_of_is_refused_with_the_nearest(contract: Contract) -> None:
    with pytest.raises(DocumentError, match=r"`priority` rests on 'tool', no capability; did you mean \"tools\"\?"):
        owners(with_facts(contract, "tool", {}))


def test_a_contract_may_have_capabilities_of_its_own(contract: Contract) -> None:
    mine = with_facts(contract, "queues", {"queues": "requests wait by priority"})
    assert {each.claims for each in owners(mine) if each.id.startswith("chat.priority.")} == {"queues"}
    assert known(mine)["queues"] == "requests wait by priority"


@pytest.mark.parametrize(
    ("fact", "said"),
    [
        ({"gate": "nope"}, "gate must be a JSON Schema"),
        ({"gate": {"type": "nope"}}, "gate must be a JSON Schema of draft 2020-12"),
        ({"gate": {"$ref": "https://nowhere.example/s"}}, "gate must be a JSON Schema of draft 2020-12"),
        ({"cheap": {"minimum": 1}}, "cheap must have a const, or a minimum and a maximum"),
        ({"cheap": {"minimum": 0.5, "maximum": 2}}, "that are integers"),
        ({"cheap": {"minimum": 3, "maximum": 2}}, "minimum above its maximum"),
        ({"streamed": 1}, "streamed must be the name of a capability, or false"),
        ({"streamed": True}, "streamed must be the name of a capability, or false"),
        ({"capability": ["tools"]}, "capability must be a string"),
    ],
)
def test_a_fact_of_the_wrong_form_is_refused_with_its_place(fact: Any, said: str) -> None:
    with pytest.raises(DocumentError, match=rf"^corrections\.yaml: x-inferproof at #{N}: ") as raised:
        split(marked(fact), "corrections.yaml")
    assert said in str(raised.value)


@pytest.mark.parametrize("name", ["x-inferprof", "X-Inferproof", "x-infer-proof", "x-inferproofs"])
def test_a_misspelt_mark_is_refused_with_the_right_one(name: str) -> None:
    document = {"paths": {"/talk": {"post": {"requestBody": {name: {}}}}}}
    with pytest.raises(DocumentError, match=r'requestBody: there is no mark .*did you mean "x-inferproof"\?'):
        split(document, "corrections.yaml")


@pytest.mark.parametrize("name", ["x-inference", "x-inferred-from", "x-infer"])
def test_a_vendor_s_own_extension_is_let_alone(name: str) -> None:
    document = {"paths": {"/talk": {"post": {"requestBody": {name: {}}}}}}
    assert split(document, "corrections.yaml")[0] == document


def test_facts_where_nobody_reads_them_are_refused() -> None:
    document = {"paths": {"/talk": {"post": {"summary": "s", "x-inferproof": {"base": {}}}}}}
    with pytest.raises(DocumentError, match="nobody reads it here; facts stand on an operation's own requestBody"):
        split(document, "corrections.yaml")


@pytest.fixture
def of_small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], Contract]:
    """Loads the small contract with one text of its overlay replaced."""
    monkeypatch.setattr("platformdirs.user_cache_dir", lambda *_, **__: str(tmp_path / "cache"))
    folder = Path(shutil.copytree(SMALL, tmp_path / "theirs"))
    overlay = folder / "corrections.yaml"

    def loaded(old: str, new: str) -> Contract:
        text = overlay.read_text(encoding="utf-8")
        assert old in text
        overlay.write_text(text.replace(old, new), encoding="utf-8")
        return load(str(folder))

    return loaded


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("content: Hello!}], max_tokens: 4", "content: Hello!}], max_tokens: 0", "base: with 'model'"),
        ("base: {messages:", "base: {message:", "base: with 'model'"),
        ("base: {", "base: {model: 3, ", "base: 'model' names the model; leave it out"),
        ("streams: true", "streams: true\n        model: engine", "has no member 'engine'"),
        ("streams: true", "streams: true\n        model: max_tokens", "'max_tokens' names the model"),
        ("temperature: {}", "temprature: {}", "has no member 'temprature'; did you mean \"temperature\"?"),
        ("max_tokens: many", "max_tokens: 3", "wrong: the document allows 3 for 'max_tokens'"),
        ("streams: true", "streams: true\n        members: {max_token: {}}", 'did you mean "max_tokens"?'),
        ("capability: sampling.seed", "needs: {max_token: 1}", 'did you mean "max_tokens"?'),
    ],
)
def test_a_fact_that_the_schemas_contradict_is_refused(
    of_small: Callable[[str, str], Contract], old: str, new: str, said: str
) -> None:
    for _ in range(2):  # what is refused is not kept
        with pytest.raises(DocumentError, match=r"/theirs/corrections\.yaml: x-inferproof at #/") as raised:
            of_small(old, new)
        assert said in str(raised.value)
        old = new


def test_a_wrong_value_that_one_layer_allows_is_let_through(of_small: Callable[[str, str], Contract]) -> None:
    assert of_small("temperature: {}", "temperature: 1.5").facts.operation("chat").wrong["temperature"] == 1.5


def test_facts_about_a_member_that_only_prose_names_are_let_through(of_small: Callable[[str, str], Contract]) -> None:
    made = of_small("streams: true", "streams: true\n        members: {functions: {gate: false}}")
    assert "functions" in made.facts.operation("chat").members


def test_the_catalogue_says_which_operation_has_no_generated_requests(
    of_small: Callable[[str, str], Contract], tmp_path: Path
) -> None:
    of_small("base: {messages: [{role: user, content: Hello!}], max_tokens: 4}", "base: null")
    shown = CliRunner().invoke(main, ["catalogue", "list", "--contract", str(tmp_path / "theirs")]).output
    assert shown.splitlines()[-1].startswith("no generated requests for chat: its overlay gives no `base`")
