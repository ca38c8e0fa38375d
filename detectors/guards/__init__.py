"""Whether a value of the right shape is anybody's where it stands. `guard.py` has one per entity that needs it."""
