"""What was found wrong with the reference, and the tests that are about each: a scripted engine, or the real one."""

from __future__ import annotations

REFUSALS, ENGINE = "tests/reference/test_refusals.py", "tests/reference/test_on_the_engine.py"

COVERED: dict[str, tuple[str, ...]] = {
    "A connection that the engine does not take is told as ten minutes of silence.": (
        f"{REFUSALS}::test_a_wait_is_told_as_what_it_was_and_an_address_is_nobodys_business",
        f"{REFUSALS}::test_an_engine_that_says_nothing_is_a_504",
    ),
    "An engine is killed at work: who waits for it is told, and the status says so.": (
        f"{ENGINE}::test_an_engine_killed_at_work_is_told_to_everybody_who_waits",
        f"{ENGINE}::test_an_engine_killed_while_idle_is_not_ready",
        f"{ENGINE}::test_an_engine_that_is_back_is_used_again",
    ),
    "Clients are told the engine's address, and to look into a log that they do not have.": (
        f"{REFUSALS}::test_a_wait_is_told_as_what_it_was_and_an_address_is_nobodys_business",
        f"{REFUSALS}::test_an_engines_word_of_its_own_log_stays_there",
    ),
    "Of two engines the log does not say which one ended.": (
        "tests/reference/test_starting.py::test_the_log_says_which_engine_ended",
    ),
    "The server is killed: its engines go, too.": (
        "tests/reference/test_serve_command.py::test_it_serves_and_leaves_nothing_behind_when_it_is_killed",
    ),
}

NOT_COVERED: dict[str, str] = {
    "An engine that died is never started again.": "a decision: who supervises the server restarts it; `serve` says so",
    "A server that is killed leaves its folder for temporary files.": "open: nobody is left to remove it",
    "The installation of the engine ends in red words of pip.": "no test: it says at its end that this is meant",
}
"""The others, each with the reason."""
