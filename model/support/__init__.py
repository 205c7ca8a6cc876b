"""What public bodies do for a territory beside purchasing, and the large site next to it.

Support to firms (`filiere.py`, `matchmaking.py`), training (`skills.py`), posts of integration
structures and pathways (`posts.py`), the demand of a large site (`large_site.py`); `month.py` puts
them together.
"""
