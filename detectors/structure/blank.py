"""Values that say nothing, and the wrapping of those that do: what every reader leaves out and cuts off."""

import re

_NOTHING = re.compile(
    r"""(?ix) [\W_]* | [\W_]*(?:x[\W_]*){2,} | [\s0.-]+ | \W*(?: unknown | unk | n/?a | none | null | nil | anonymous
      | anonymized | anonymi[sz]ed | redacted | removed | masked | deidentified | de-identified | undefined | string
      | asku? | nask | not\ (?:given|known|available|applicable|provided) | no\ (?:name|phone|address) )\W*
      | \[[A-Z][A-Z0-9_]{0,40}:[0-9a-f]{6}\] | \$?\{\{?[^{}]{0,80}\}?\} | <[^<>]{0,80}> | %[sd] | \[[a-z_ ]{0,40}\]"""
)
_ORGANISATION = re.compile(
    r"""(?ix) (?<![^\W\d_]) (?: hospital | clinics? | cent(?:er|re) | department | dept | laborator(?:y|ies) | labs?
      | inc | llc | ltd | corp | corporation | company | associates | university | pharmacy | insurance
      | health(?:care)? | medical | medicare | medicaid | services? | systems? | group | office | desk | support
      | billing | claims? | customer | provider | contact | unit | foundation | trust | institute | practice
      | radiology | oncology | affairs | interface | administrator | edi | help | member | enrollment | relations
      | operations ) (?![^\W\d_])"""
)
_QUOTES = " \t\r\n\"'`,;+\\)"


def is_blank(value: str) -> bool:
    """Empty, HL7's null (two quotes), masked, zeros, a word for nothing, a placeholder."""
    return len(value) < 200 and _NOTHING.fullmatch(value) is not None


def is_organisation(name: str) -> bool:
    """Whether a name is an office's or a system's, where a person's was expected."""
    return _ORGANISATION.search(name) is not None


def trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Without blanks, and what ends a string literal or a statement."""
    while start < end and text[start] in " \t\r\n\"'`":
        start += 1
    while start < end and text[end - 1] in _QUOTES:
        if text[end - 1] == ")" and "(" in text[start : end - 1]:
            break
        end -= 1
    return start, end
