"""Figures that README and RESULTS.md quote, each from one command."""
