"""One month of the economy: orders, production, delivery, money, labour, households, demography."""
