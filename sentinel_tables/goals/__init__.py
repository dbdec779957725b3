"""The next move towards a goal, from the live table, the memory and the trail. No calls, and no clock but the trail's."""
