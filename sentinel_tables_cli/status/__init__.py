"""How the tables of an account stand: the command `status`."""
