"""Pseudonyms turned back into values in a vendor's reply, while it streams. Pure: bytes in, bytes out, no clock and no
network; what the pairs are and where they are kept is the vault's business.

    restorer = Restorer(fmt, pairs, content_type, content_encoding)
    passed_on = restorer.feed(chunk) ... restorer.finish()
"""

from proxy.restore.events import MessageRestorer, message_restorer
from proxy.restore.lexicon import Lexicon
from proxy.restore.pair import Pair
from proxy.restore.remark import Remark, can_be_remarked
from proxy.restore.restorer import Restorer

__all__ = ["Lexicon", "MessageRestorer", "Pair", "Remark", "Restorer", "can_be_remarked", "message_restorer"]
