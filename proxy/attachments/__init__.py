"""Attachments: the text in files that a prompt carries. Bytes in, named texts and reasons out; knows no vendor.

Runs in the scan workers, which are killable; readers of single formats are loaded when such a file comes.
"""

from proxy.attachments.bounds import DEFAULT_BOUNDS, Bounds, Opened, Part
from proxy.attachments.opening import open_attachment
from proxy.attachments.recognise import is_known_file

__all__ = ["DEFAULT_BOUNDS", "Bounds", "Opened", "Part", "is_known_file", "open_attachment"]
