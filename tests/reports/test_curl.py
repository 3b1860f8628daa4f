"""The curl line sends what the run sent."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from inferproof.judge.keys import KEY, SHORT_KEY, SWAPPED_KEY
from inferproof.reports.curl import curl
from inferproof.wire.exchange import Exchange, Request


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed on this machine")
@pytest.mark.parametrize("shell", ["sh", "bash"])
@pytest.mark.parametrize(
    "body", [b'{"it\'s": "$HOME `x` \\n"}', b'{"\xff\x00%s": 1}', b"", b"@/etc/passwd", b"a\nb\r\n", bytes(range(256))]
)
@pytest.mark.parametrize("target", ["/v1/x?a=b", "/v1/../x", "/v1/%2e%2e/x", "/v1/[1-3]{a,b}?q='$HOME'"])
def test_the_pasted_line_sends_the_same_bytes(target: str, body: bytes, shell: str) -> None:
    seen: list[tuple[str, str, str | None, bytes]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            sent = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            seen.append((self.command, self.path, self.headers.get("Authorization"), sent))
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        headers = (("Authorization", "Bearer {{secret:key}}"), ("Content-Type", "application/json"))
        exchange = Exchange("p", 0, "chat", Request("POST", target, headers, body))
        line = curl(exchange, f"http://127.0.0.1:{server.server_port}/", "MY_KEY")
        environment = {**os.environ, "MY_KEY": "sk-42"}
        subprocess.run([shell, "-c", line], check=True, timeout=10, capture_output=True, env=environment)
        thread.join()
    assert seen == [("POST", target, "Bearer sk-42", body)]


@pytest.mark.parametrize(
    ("marker", "sent"), [(SHORT_KEY, "sk-Secret"), (SWAPPED_KEY, "SK-sECRET1234"), (KEY, "sk-Secret1234")]
)
def test_what_is_nearly_the_key_is_made_of_its_variable(marker: str, sent: str) -> None:
    line = curl(
        Exchange("p", 0, "chat", Request("GET", "/x", (("Authorization", f"Bearer {marker}"),))), "http://h", "MY_KEY"
    )
    assert "Secret" not in line
    words = subprocess.run(
        ["sh", "-c", line.replace("curl", "printf '%s\\n'", 1)],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "MY_KEY": "sk-Secret1234"},
    ).stdout.splitlines()
    assert f"Authorization: Bearer {sent}" in words
