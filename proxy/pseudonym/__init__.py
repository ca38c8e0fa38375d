"""Pseudonyms: what the vendor sees in place of a value, and where it is kept so that it can come back.

`surrogate` draws one of a value's own shape, `pseudonymiser` does so for one request, `vault` keeps them encrypted.
"""
