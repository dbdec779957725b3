"""What the commands print, for people and for machines. It decides nothing."""
