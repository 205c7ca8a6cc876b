"""Ready scenarios (`*.toml` of this folder) and reading of a user's own."""

from scenarios.library.reading import library_names, load_library, load_scenario, read_scenario

__all__ = ["library_names", "load_library", "load_scenario", "read_scenario"]
