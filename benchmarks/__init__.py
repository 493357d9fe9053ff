"""Measurements that are repeated by hand: our service beside a stock Rasa bot, and Rasa's intent classifiers."""
