"""`python -m bench.peers`: Tightlip beside what else can be had from PyPI, on the same bodies, in one run.

`roster` says who and what they are, `install` gives each an environment of its own, `finder` runs inside of it,
`compare` measures. `addon` is the proxy that anyone would write first: mitmproxy with Presidio behind it.
"""
