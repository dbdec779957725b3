"""A goal, one move at a time, on the bare tables port."""
