"""The web interface: one Solara app with three modes."""
