"""How options of figures become pictures: one plain script for the browser and for reports."""
