"""Concord, the workbench for Consensual Qualitative Research."""

__version__ = "0.1.0"
