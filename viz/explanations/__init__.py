"""Explanations in words and tables, for the command line, screens and reports."""
