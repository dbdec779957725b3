"""Writes bytecode beside the sources of an artifact: `bytecode.py FOLDER WHERE`, where Lambda has that folder as WHERE.

The Python that runs this makes it for itself. It leaves out the docstrings of modules and functions, which nobody reads at
run time: a tenth of the bytecode. Classes keep theirs, because a dataclass without one works one out when it is made.
https://peps.python.org/pep-0552/
"""

import ast
import importlib.util
import marshal
import sys
from pathlib import Path

UNCHECKED = (0b01).to_bytes(4, "little")
"""The flags of bytecode that is valid whatever the source's time: its hash stands in it, and is not compared."""


def main(folder: Path, where: str) -> None:
    """Compiles every source in the folder."""
    for path in sorted(folder.rglob("*.py")):
        source = path.read_bytes()
        cached = Path(importlib.util.cache_from_source(str(path)))
        cached.parent.mkdir(exist_ok=True)
        head = importlib.util.MAGIC_NUMBER + UNCHECKED + importlib.util.source_hash(source)
        cached.write_bytes(head + compiled(source, f"{where}/{path.relative_to(folder).as_posix()}"))


def compiled(source: bytes, name: str) -> bytes:
    """The code of a source, as it stands in a file of bytecode."""
    tree = ast.parse(source, name)
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.FunctionDef | ast.AsyncFunctionDef) and ast.get_docstring(node, clean=False):
            node.body[:1] = [] if node.body[1:] else [ast.copy_location(ast.Pass(), node.body[0])]
    code = compile(tree, name, "exec", dont_inherit=True)
    del tree, node  # what still refers to a constant would show in the bytes
    return marshal.dumps(code)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
