"""`make run`: everything a demo or a development day needs, in one terminal and ended by one Ctrl-C."""
