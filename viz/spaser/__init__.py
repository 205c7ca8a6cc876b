"""The table of a scheme (SPASER) as documents and on the command line."""
