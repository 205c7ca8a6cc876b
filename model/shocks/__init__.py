"""Shocks: what happens to a territory and nobody in it decides."""
