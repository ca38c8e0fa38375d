"""The proxy around the detectors: interception, policy, rewriting, evidence."""

__version__ = "0.1.0"
