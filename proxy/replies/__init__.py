"""The answer to a request that does not leave: the vendor's error, or an assistant's message in its place.

Pure. `answer` chooses, `asked` reads from the request what its sender can take, a file for each vendor words the
message, `framing` cuts it up. The errors themselves are in `proxy/respond.py`, the words in `proxy/message.py`.
"""
