"""Workforce: what will come, how many people it takes, who works when.

Owns: forecasting (volumes and their uncertainty), staffing (how many people they need), simulating
(a plan or a routing rule tried at virtual time) and rostering (who works when). These are plain
functions over arrays, without a database, of use to somebody who wants nothing else of Ascolto.

Owns too the schema `workforce`: what came, forecasts with what people changed in them, rosters and
shifts. The server's own process loads no arrays: `calculator` asks a process beside it.
"""
