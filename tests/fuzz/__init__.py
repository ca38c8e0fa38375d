"""Whatever reads hostile or foreign bytes, fed with bytes that nobody wrote.

A target is a function of bytes that raises when a law is broken, and nothing else. `corpus/TARGET` are inputs that
reach different code, `crashes/TARGET` those that once broke a law; `test_targets.py` tries all of them and some
changes of them. `python -m tests.fuzz TARGET SECONDS` looks for more under atheris (`make fuzz`).
"""
