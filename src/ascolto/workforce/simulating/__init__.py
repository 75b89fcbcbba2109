"""Simulating: what a week of arrivals comes to with the people who are planned for it.

`scenario` is the format, `loop` the compiled week, `replications` many of them with their
intervals, `production` the same weeks lived by the very engine that routes the real work.
"""
