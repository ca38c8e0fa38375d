"""What lowers a policy's decision for a time, on record: exceptions, granted by people, and allowed values.

`load.py` reads both; `standing.py` is what judging asks, once for each finding.
"""

from proxy.waiver.standing import NOTHING_STANDING, StandingWaivers

__all__ = ["NOTHING_STANDING", "StandingWaivers"]
