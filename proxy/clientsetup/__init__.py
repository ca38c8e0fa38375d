"""How each AI client is led through the proxy: tables of what to set where, and pure edits of the files it stands in.

Nothing here reads or writes a file or the environment; `proxy/cli/setup.py` and `proxy/cli/doctor.py` do.
"""
