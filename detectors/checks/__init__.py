"""Structural checks of values: checksums, signatures, decodable parts. `table.py` names them for rules."""
