"""Servers that do not say that they are there."""

from tests.proof.mutants import answered, breaks, spares

for _code in (204, 307, 401, 403, 404, 405, 500):
    breaks("ping.offered")(answered(_code))
for _code in (408, 429, 503, 504):
    spares("ping.offered")(answered(_code))


@breaks("ping.offered")
def the_ping_is_missing(reply):
    reply.status = 404


@breaks("ping.reply.media-type")
def the_ping_is_a_page(reply):
    reply.header("content-type", "text/html")


@breaks("ping.reply.schema")
def the_ping_says_something_else(reply):
    reply.json = {"status": "ok"}


@spares("ping.reply.media-type")
@spares("ping.reply.schema")
def the_ping_tells_more(reply):
    reply.json["version"] = "1.2.3"
