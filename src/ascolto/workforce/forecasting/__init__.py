"""Forecasting: expected volumes of each interval, their spread, and why."""
