"""The real clients: how each is installed, set up and spoken to, and what all of them are put through.

A client is data (`catalogue.py`); what happens to it is the same for all (`scenario.py`). Tests and the report that
becomes docs/clients.md run the very same scenarios.
"""
