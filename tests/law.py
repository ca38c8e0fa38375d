"""How often hypothesis tries a law that deserves more examples than others."""

from hypothesis import settings

QUICK = "quick"
"""The profile of runs that leave slow tests out."""


def often(examples: int) -> settings:
    """So many examples, and a fifth of them where slow tests are left out: as early a word, with less certainty."""
    return settings(max_examples=examples // 5 if settings.get_current_profile_name() == QUICK else examples)
