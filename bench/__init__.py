"""Measures the project beside a naive build of the same job and beside the physical floor, in one run."""
