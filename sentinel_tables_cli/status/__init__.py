"""Looks at the tables of an account without their templates: the commands `status` and `left-behind`."""
