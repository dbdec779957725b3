"""The command line: options in, an exit status out. 0 is well, 1 is refused or failed, 2 is changes or drift.

`root` is what all commands share. The other files hold the commands, one function each.
"""

from sentinel_tables_cli.app import schemas, tables, templates
from sentinel_tables_cli.app.root import Connect, app

__all__ = ["Connect", "app", "schemas", "tables", "templates"]
