"""The function around the core: the answer, the log lines, the time of one invocation."""
