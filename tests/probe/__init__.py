"""The probe for a real account: its judging, by records made by hand; its function and its driver, against stand-ins."""
