"""Detectors: text in, findings out. Knows nothing of proxies, vendors or policies."""

from detectors.engine import Engine, fingerprint
from detectors.finding import Category, Finding, Scan, Severity
from detectors.mask import preview
from detectors.matcher import GENERIC_ID
from detectors.ruleset import RuleError, RuleSet, bundled_rules, load_rules

__all__ = [
    "GENERIC_ID",
    "Category",
    "Engine",
    "Finding",
    "RuleError",
    "RuleSet",
    "Scan",
    "Severity",
    "bundled_rules",
    "fingerprint",
    "load_rules",
    "preview",
]
