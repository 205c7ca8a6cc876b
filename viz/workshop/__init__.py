"""The kit of a workshop: story, script, role cards, tables, guesses, votes, decisions."""
