"""Counts page views per day and page."""
