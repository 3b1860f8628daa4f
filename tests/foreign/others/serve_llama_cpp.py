"""llama.cpp's own HTTP server, as the Python package `xllamacpp` brings it: python serve_llama_cpp.py FILE PORT KEY."""

from __future__ import annotations

import sys
import time

import xllamacpp


def main() -> None:
    file, port, key = sys.argv[1:]
    settings = xllamacpp.CommonParams()
    settings.model.path = file
    settings.model_alias = {"tiny"}
    settings.port = int(port)
    settings.api_keys = [key]
    settings.n_ctx, settings.n_parallel, settings.kv_unified = 8192, 4, True  # what its command does by itself
    settings.cpuparams.n_threads = settings.cpuparams_batch.n_threads = 1  # the model is that small
    settings.ui = settings.warmup = False
    server = xllamacpp.Server(settings)
    print(server.listening_address, flush=True)
    while True:
        time.sleep(3600)


if __name__ == "__main__":
    main()
