"""Audits: rotating auditors read what the judges agreed to, comment, and are answered."""
