"""The workshop's gestures and screens."""
