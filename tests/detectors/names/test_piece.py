"""What of a text a model is shown."""

from detectors.names.named import Allowance, unlimited
from detectors.names.piece import PIECE_CHARS, pieces

SENTENCE = "Words stand here and there. "


def test_pieces_come_to_the_whole_text_and_end_between_sentences() -> None:
    text = SENTENCE * 500
    found = list(pieces(text, unlimited()))
    assert "".join(piece for piece, _ in found) == text
    assert all(text.startswith(piece, offset) for piece, offset in found)
    assert max(len(piece) for piece, _ in found) <= PIECE_CHARS
    assert all(piece.endswith(". ") for piece, _ in found)


def test_a_text_without_any_space_is_cut_all_the_same() -> None:
    text = SENTENCE * 200 + "x" * 3 * PIECE_CHARS
    found = list(pieces(text, unlimited()))
    assert "".join(piece for piece, _ in found) == text
    assert max(len(piece) for piece, _ in found) <= PIECE_CHARS


def test_no_time_no_piece() -> None:
    with Allowance(0, lambda: 0.0) as allowance:
        assert list(pieces(SENTENCE, allowance)) == []
    assert allowance.unread


def test_what_is_not_worth_reading_is_not_unread() -> None:
    with Allowance(0, lambda: 0.0) as allowance:
        assert list(pieces("x = f(1)[2]", allowance)) == []
    assert not allowance.unread
