"""Workforce: what will come, how many people it takes, who works when.

Owns: forecasting (volumes and their uncertainty), staffing (how many people they need), simulating
(a plan or a routing rule tried at virtual time) and rostering (who works when). The numerics are
plain functions over arrays, without a database, of use to somebody who wants nothing else of
Ascolto. They need numpy, so nothing here is imported before it is called for.
"""
