"""Texts and bytes that do harm, or come to harm, where they are put into a line of a shell, a page or a path."""

from __future__ import annotations

TEXTS = (
    "$(touch PWNED)",
    "`touch PWNED`",
    "$HOME ${HOME} $$ $?",
    "'; touch PWNED; '",
    '"; touch PWNED; "',
    "'\"'\"'",
    "\\'; touch PWNED #",
    "a\\",
    "a & touch PWNED",
    "a | touch PWNED",
    "a\ntouch PWNED\n",
    "\n",
    "a\n\n",
    "a\rb\tc",
    "> PWNED",
    "<(touch PWNED)",
    "* ? [a-z] {a,b} ~",
    "~/x",
    "!! !$ !-1",
    "# comment",
    "a=b",
    "-o",
    "--output",
    "--",
    "@/etc/passwd",
    "@PWNED",
    "%s %n %% \\045",
    "\\n\\101\\x41\\c",
    "",
    " ",
    "  two  spaces  ",
    "Größe 日本 🙂",
    "\u202egnirts",
    "\x1b[31mred\x07",
    "\x9b31m",
    "a\0b",
    "\0",
    "\udcff",
    "[bold]x[/] [link=http://h]y[/link] \\[z]",
    ":key: :smile:",
    "::error::x ##[set-output]",
    "{{secret:key",
    "$(" * 50 + ")" * 50,
    "x" * 300,
)
"""`\\udcff` is the byte 0xFF as Python shows it in the name of a file or in an argument."""

BODIES = (
    *(text.encode("utf-8", "surrogateescape") for text in TEXTS if text),
    bytes(range(256)),
    b"\0\0001\x007",
    b"-n",
    b"--",
    b"%",
    b"\\0",
    b"\xff\xfe'\"$(touch PWNED)",
)

NO_NAMES = ("", "1A", "A-B", "A B", "A$(touch PWNED)", "A\n", "A}", "${A}", "Ä", "A;touch PWNED", "--")
"""None of them can be the name of a shell's variable."""
