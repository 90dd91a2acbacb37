"""Exceptions by what the reader can do about them, not by where they arise.

    LeadlineError
    ├── RetryError     another attempt may help: a timeout, a 429, a 5xx, a warehouse that went away
    ├── StopError      another attempt will not help: the vendor or its data broke the contract
    └── ConfigError    fix the configuration first: a key, a setting, a folder, a permission

Every message is one sentence or two: what was found, what was expected, the cure. Secrets never stand in one.
"""


class LeadlineError(Exception):
    """Anything this project refuses to do, with a message meant for a person."""


class RetryError(LeadlineError):
    """Another attempt may help."""


class StopError(LeadlineError):
    """Another attempt will not help: somebody has to look."""


class ConfigError(LeadlineError):
    """The configuration has to change first; the message names the setting."""
