"""Servers that take the last message for something else."""

from tests.proof.mutants import breaks, spares


def _says(reply, text):
    reply.json["choices"][0]["message"]["content"] = text


@breaks("sampling.echo")
def echo_is_ignored(reply):
    _says(reply, "The sea is wide.")


@breaks("sampling.echo.other-role")
def the_user_is_echoed_too(reply):
    _says(reply, reply.asked["messages"][-1]["content"] + " The sea is wide.")


@breaks("sampling.continue")
def the_message_is_repeated(reply):
    _says(reply, reply.asked["messages"][-1]["content"] + " the pier.")


@breaks("sampling.continue")
def no_message_is_continued(reply):
    reply.status = 400


@spares("sampling.echo")
def the_last_message_is_of_no_words(reply):
    reply.ask(messages=[{"role": "assistant", "content": ""}])


@spares("sampling.continue")
def there_is_nothing_to_go_on_with(reply):
    reply.ask(messages=[{"role": "assistant", "content": ""}])
    reply.status = 400


@spares("sampling.echo")
def the_cap_comes_before_the_answer(reply):
    reply.json["choices"][0].update(finish_reason="length")
    _says(reply, None)
