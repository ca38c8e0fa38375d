"""What a field's name says that its value is no person, however much like a given name it looks: `"state": "Vic"`.

Names of fields that hold persons are the rules' business; here are those that hold something else.
"""

import re

_NAMED = re.compile(
    r"""(?ix)(?<![a-z])(?:[a-z]{0,20}[_-])?(?:state|city|town|country|county|district|region|province|suburb|parish|village|location
    |place|postal_?code|zip|code|type|status|category|kind|level|unit|currency|language|lang|locale|colou?r|model|brand|make|product|sku
    |resource_?type|class|system|version|env|environment|service|host|hostname|server|cluster|branch|theme|font|station|airport
    |time_?zone|tz|team|club|species|breed|organism|id|uid|key|tag|slug|gender|sex|religion|ethnicity|race|weekday|month)
    ["']?\s?[:=]\s{0,4}["'][^"'\n]{0,24}$"""
)
"""The field's name and its value up to where the word stands."""

_REACH_CHARS = 72
_ENDS = re.compile(r"""[^"'\n]{0,24}["']""")


def is_something_else(text: str, start: int, end: int) -> bool:
    """Whether text[start:end] stands in a short value of such a field."""
    return (
        _ENDS.match(text, end, end + 25) is not None
        and _NAMED.search(text, max(0, start - _REACH_CHARS), start) is not None
    )
