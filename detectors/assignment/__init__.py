"""The generic rule: a name that promises a secret, and a value that looks like one. `generic.py` judges the pair."""
