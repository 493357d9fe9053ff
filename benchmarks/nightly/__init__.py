"""The nightly report: evaluation, load and memory of the whole service, as one page with plots and one JSON file."""
