"""The simulator: virtual customers and operators on the real HTTP and socket interfaces.

Owns no table and imports no room: it knows the product only as a browser or a program would.
Chance lies in pure seeded models (arrivals, patience, handling); the drivers around them are thin.
"""
