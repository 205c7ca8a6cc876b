"""The baseline held against published patterns (`docs/validation.md`)."""
