"""Decoded views of a text: what it says once escapes, encodings and disguises are undone. `codec.py` is the way in."""
