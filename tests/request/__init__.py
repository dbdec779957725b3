"""What an event asks for, read into values."""
