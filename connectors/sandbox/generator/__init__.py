"""A made-up business and its truth, written as a world folder."""

from connectors.sandbox.generator.folder import generate

__all__ = ["generate"]
