"""The tiny model is the same everywhere, and its files say what the engines that load them expect."""

import hashlib
import json
import struct
from pathlib import Path

import pytest

from inferproof_reference import tiny_tokenizer
from inferproof_reference.tiny_model import config, write_tiny_model


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "tiny"
    write_tiny_model(folder)
    return folder


def test_the_same_bytes_are_written_each_time(model: Path, tmp_path: Path) -> None:
    write_tiny_model(tmp_path)
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == {
        file.name: file.read_bytes() for file in model.iterdir()
    }


def test_the_weights_are_those_that_were_tried_on_a_real_engine(model: Path) -> None:
    """A change of these bytes changes what every greedy run of the reference says: make it on purpose."""
    digest = hashlib.sha256((model / "model.safetensors").read_bytes()).hexdigest()
    assert digest == "9a44151d266c4ead6dda665f1a6a58e747e27143fd9f91689190f720368068ba"


def test_the_whole_model_is_smaller_than_half_a_megabyte(model: Path) -> None:
    assert sum(file.stat().st_size for file in model.iterdir()) < 500_000


def test_the_tensors_fill_the_file_without_a_gap_and_fit_the_configuration(model: Path) -> None:
    data = (model / "model.safetensors").read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    del header["__metadata__"]
    end = 0
    for tensor in header.values():
        assert tensor["data_offsets"][0] == end
        end = tensor["data_offsets"][1]
    assert end == len(data) - 8 - length
    assert header["lm_head.weight"]["shape"] == [config()["vocab_size"], config()["hidden_size"]]
    assert header["model.norm.weight"]["shape"] == [config()["hidden_size"]]


def test_every_byte_has_a_token_and_no_token_comes_twice() -> None:
    vocabulary = tiny_tokenizer.vocabulary()
    assert len(set(vocabulary)) == len(vocabulary) == 704
    assert {token for token in vocabulary if isinstance(token, bytes) and len(token) == 1} == {
        bytes([byte]) for byte in range(256)
    }


def test_some_tokens_are_whole_words_and_some_only_a_part_of_a_character() -> None:
    vocabulary = tiny_tokenizer.vocabulary()
    assert b" answer" in vocabulary
    assert "日本".encode() in vocabulary or " 日本".encode() in vocabulary
    assert "語".encode() not in vocabulary


def test_the_tokenizer_has_a_merge_for_each_token_that_is_more_than_a_byte() -> None:
    content = tiny_tokenizer.tokenizer_json()
    numbers = content["model"]["vocab"]
    assert [numbers[first + second] for first, second in content["model"]["merges"]] == list(
        range(256, 256 + tiny_tokenizer.MERGES)
    )
