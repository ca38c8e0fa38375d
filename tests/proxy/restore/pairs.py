"""Pairs that the tests of this folder share, and a restoring as simple as it can be written."""

from collections.abc import Sequence

from proxy.formats import Writing
from proxy.restore.lexicon import Lexicon
from proxy.restore.pair import Pair
from proxy.restore.passage import Passage

MAIL = Pair("person-7f3a@example.com", "maria.lopez@corp.test")
NAME = Pair("Tovina Kelder", "Maria Lopez")
CARD = Pair("4000 0012 3456 7899", "4111 1111 1111 1111")
NUMBER = Pair("900-12-3456", "123-45-6789")
PHONE = Pair("+1 (555) 555-0142", "+1 (212) 736-5000")
WORD = Pair("Velmora", "Acme")
TOKEN = Pair("tok_Zk29Qx71mN04", 'a"b\\c')
BRACKET = Pair("[PASSPORT_NUMBER:7f3a9c01]", "C01X00T47")
ACCOUNT = Pair("GB29 XXXX 0000 1331 9268 19", "DE89 3704 0044 0532 0130 00")
HOST = Pair("198.18.4.7", "10.1.2.3")
FOREIGN = Pair("Élodie Varnel", "Zoë Größe")
CHINESE = Pair("林小明", "王大伟")
PAIRS = (MAIL, NAME, CARD, NUMBER, PHONE, WORD, TOKEN, BRACKET, ACCOUNT, HOST, FOREIGN, CHINESE)
LEXICON = Lexicon(PAIRS)
ELSEWHERE = Lexicon(Pair(one, "x") for one in ("person-9999@example.com", "Tovina Keldex", "4000 0012 3456 7890"))
"""Pseudonyms that begin like those in the recorded streams, and are in none."""


def restored(pieces: Sequence[str], lexicon: Lexicon = LEXICON, writing: Writing = Writing.TEXT) -> str:
    """What the pieces of one text become."""
    passage = Passage(lexicon, writing)
    edits = [edit for piece in pieces for edit in passage.feed(piece)] + list(passage.end())
    text, out, done = "".join(pieces), "", 0
    assert passage.settled == len(text)
    for edit in edits:
        out += text[done : edit.start] + edit.text
        done = edit.end
    return out + text[done:]
