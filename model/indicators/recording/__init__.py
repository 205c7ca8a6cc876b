"""The quantities of a month, theme by theme; `model/indicators/recorder.py` keeps them."""
