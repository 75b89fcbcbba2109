"""Demo organisations: two invented companies, their people and a little history.

Owns no table: it fills the other rooms through their own actions, once.
"""
