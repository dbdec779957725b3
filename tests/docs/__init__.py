"""The pages say what is so: their links lead somewhere, their tables are complete, their reasons and commands are real."""
