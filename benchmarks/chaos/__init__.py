"""Processes killed at random while citizens and agents work, and what must hold all the same.

`ledger` is what the simulated people were told, `crowd` the people, `victim` the service that is killed, `verdict`
compares the ledger with the databases, `run` puts it together. Use: ./zhiwen chaos --kills 200 --seed 1
"""
