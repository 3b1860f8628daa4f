"""For the command of schemathesis: SCHEMATHESIS_HOOKS=inferproof.hooks"""

from inferproof.schemathesis import install

install()
