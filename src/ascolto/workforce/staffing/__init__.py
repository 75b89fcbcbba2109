"""Staffing: how many people a load takes, by Erlang's formulas and by simulation."""
