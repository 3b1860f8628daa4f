"""Bad input ends with exit code 2 and a sentence that names cause and cure; never with a traceback."""

from __future__ import annotations

import socket
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from inferproof.document import Contract
from tests.command.running import inferproof, refused


@pytest.fixture
def other_api() -> object:
    """A web server that is up, and something else."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = b"<h1>Not found</h1>"
            self.send_response(404)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.do_GET()

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_an_unreachable_url(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        refused(inferproof("certify", url, folder=tmp_path), url, "cannot be reached")


def test_what_is_not_a_url(tmp_path: Path) -> None:
    refused(inferproof("certify", "not a url", folder=tmp_path), "not a URL", "http://host:port")


def test_a_url_that_is_not_this_api(tmp_path: Path, other_api: str) -> None:
    refused(inferproof("certify", other_api, folder=tmp_path), "not as the inflection API does", "Check the URL")


def test_a_key_that_the_server_refuses(tmp_path: Path, mock_url: str) -> None:
    refused(
        inferproof("certify", mock_url, folder=tmp_path, env={"INFERPROOF_API_KEY": "sk-not-this-one"}),
        "refuses the key in INFERPROOF_API_KEY",
    )


def test_a_server_that_wants_a_key(tmp_path: Path, mock_url: str) -> None:
    refused(inferproof("certify", mock_url, folder=tmp_path), "wants a key", "INFERPROOF_API_KEY")


def test_a_missing_key_variable(tmp_path: Path, mock_url: str) -> None:
    refused(inferproof("certify", mock_url, "--api-key-env", "NO_SUCH", folder=tmp_path), "NO_SUCH is not set")


def test_an_unknown_option_in_the_target_file(tmp_path: Path) -> None:
    (tmp_path / "inferproof.toml").write_text('urll = "http://127.0.0.1:1"\n')
    refused(inferproof("certify", folder=tmp_path), "inferproof.toml", "did you mean 'url'")


def test_a_target_file_that_is_not_there(tmp_path: Path) -> None:
    refused(inferproof("certify", "--target", "absent.toml", folder=tmp_path), "absent.toml", "no such file")


def test_only_with_a_glob_that_matches_nothing(tmp_path: Path) -> None:
    refused(inferproof("certify", "--only", "no.such.*", folder=tmp_path), "matches no requirement")


def test_only_with_generated_requests_alone(tmp_path: Path) -> None:
    refused(inferproof("certify", "--only", "gate.chat.*", folder=tmp_path), "name the requirement to judge")


def test_only_with_generated_requests_that_are_not_there(tmp_path: Path) -> None:
    only = ["--only", "chat.usage.total", "--only", "gate.chat.n.accepts"]
    refused(inferproof("certify", "--quick", *only, folder=tmp_path), "--quick leaves them out")


def test_a_document_that_is_not_yaml(tmp_path: Path) -> None:
    (tmp_path / "broken.yaml").write_text("a: [1, 2\nb: }")
    refused(inferproof("lint", "broken.yaml", folder=tmp_path), "broken.yaml")


@pytest.mark.parametrize(("name", "text"), [("b.json", '{"a": 1,,}'), ("b.txt", '{"a": 1,,}'), ("c.json", "a: }")])
def test_a_document_that_is_not_json(name: str, text: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text)
    refused(inferproof("drift", name, folder=tmp_path), f"{name}, line ", "column", "not JSON: ")


def test_an_empty_document(tmp_path: Path) -> None:
    (tmp_path / "empty.yaml").write_text("\n")
    refused(inferproof("lint", "empty.yaml", folder=tmp_path), "empty.yaml: is empty")


@pytest.mark.parametrize(("command", "said"), [("lint", "no findings"), ("drift", "no differences of structure")])
def test_a_document_in_order_is_said_to_be(command: str, said: str, tmp_path: Path, contract: Contract) -> None:
    from inferproof.document.export import written
    from inferproof.document.files import base_document

    document = base_document("inflection") if command == "drift" else contract.corrected
    (tmp_path / "d.json").write_text(written(document, "json"))
    done = inferproof(command, "d.json", folder=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", f"{said}\n")


def test_a_document_that_is_not_openapi(tmp_path: Path) -> None:
    (tmp_path / "other.json").write_text('{"hello": "world"}')
    refused(inferproof("lint", "other.json", folder=tmp_path), "other.json", "OpenAPI")


def test_a_document_that_is_not_there(tmp_path: Path) -> None:
    refused(inferproof("drift", "absent.json", folder=tmp_path), "absent.json")


def test_an_overlay_whose_target_is_broken(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "openapi.yaml").write_text("openapi: 3.1.0\ninfo: {title: t, version: '1'}\npaths: {}\n")
    (folder / "corrections.yaml").write_text(
        "overlay: 1.1.0\ninfo: {title: t, version: '1'}\nactions:\n"
        "- {target: '$.paths.nowhere', update: {a: 1}, x-defect: DEF-001, x-reason: because}\n"
    )
    refused(inferproof("certify", "--contract", str(folder), folder=tmp_path), "corrections.yaml", "$.paths.nowhere")


def test_an_unknown_contract(tmp_path: Path) -> None:
    refused(inferproof("certify", "--contract", "inflexion", folder=tmp_path), "inflexion", "inflection")


def test_a_truncated_transcript(tmp_path: Path) -> None:
    done = inferproof("certify", "--report", "out", "--only", "status.*", folder=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    path = tmp_path / "out" / "transcript.jsonl"
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:-1]))
    again = inferproof("judge", str(path), folder=tmp_path)
    assert (again.returncode, "no end was recorded" in again.stdout) == (3, True), again.stderr
    path.write_text("".join(path.read_text().splitlines(keepends=True)[1:]))
    refused(inferproof("judge", str(path), folder=tmp_path), "transcript.jsonl")


def test_a_port_that_is_taken(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        refused(inferproof("mock", "--port", port, folder=tmp_path), port)


def test_an_unknown_option(tmp_path: Path) -> None:
    refused(inferproof("certify", "--modle", "m", folder=tmp_path), "--model")
