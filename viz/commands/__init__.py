"""Subcommands of ``ancrage``, one module each."""
