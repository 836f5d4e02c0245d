"""Blind practice: a finished case in a study of its own, for a new judge to code and to compare."""
