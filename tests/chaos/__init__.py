"""Faults under load: what a running proxy meets in years, in minutes or hours, and an account of what came of it.

`traffic` sends requests with values that must not leave, `fault` does harm, `account` holds what must be true all the
same. `tests/e2e/test_chaos.py` does each once; `make soak` goes on for as long as it is told.
"""
