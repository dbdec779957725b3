"""Prints the names of tables that Sentinel takes, for people and for machines. Each can be pasted where it belongs."""

import shlex
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sentinel_tables_cli.report.screen import emit, line
from sentinel_tables_cli.wiring import Wire, Wiring


def print_wiring(found: Wiring) -> None:
    """The tables, then a paragraph for each part of Sentinel that asks for them."""
    emit(line("", text) for text in _lines(found))


def _lines(found: Wiring) -> Iterator[str]:
    yield f"Tables of stack {found.stack}"
    yield from _columns((wire.schema, wire.table, wire.logical_id) for wire in found.wires)
    flags = [(f"{wire.names.flag} {shlex.quote(wire.table)}", ", ".join(wire.names.commands)) for wire in found.wires]
    yield from _paragraph("Flags of Sentinel's commands", _columns(flag for flag in flags if flag[1]))
    variables = (f"{wire.names.variable}={wire.table}" for wire in found.wires)
    yield from _paragraph("Variables of its Lambda function", variables)
    terraform = [(wire.names.terraform, f'= "{wire.table}"') for wire in found.wires if wire.names.terraform]
    yield from _paragraph("Values of its Terraform module, sentinel-tvm", _columns(terraform))
    context = (f"--context {wire.names.context}={wire.table}" for wire in found.wires if wire.names.context)
    yield from _paragraph("Context of its CDK app, sentinel-tvm", context)
    yield from _paragraph("Beside that", found.notes)


def _paragraph(heading: str, lines: Iterable[str]) -> Iterator[str]:
    found = [one if one.startswith("  ") else f"  {one}" for one in lines]
    if found:
        yield from ("", heading, *found)


def _columns(rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    """The rows with each column as wide as its widest cell."""
    listed = [*rows]
    widths = [max(map(len, column)) for column in zip(*listed, strict=True)]
    for row in listed:
        yield "  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def wiring_data(found: Wiring) -> Mapping[str, Any]:
    """For machines: each table with its names."""
    return {"stack": found.stack, "tables": [*map(_table, found.wires)], "notes": found.notes}


def _table(wire: Wire) -> dict[str, object]:
    names = wire.names
    return {
        "logical_id": wire.logical_id,
        "schema": wire.schema,
        "table": wire.table,
        "flags": {names.flag: wire.table} if names.flag else {},
        "variables": {names.variable: wire.table},
        "terraform": {names.terraform: wire.table} if names.terraform else {},
        "cdk": {names.context: wire.table} if names.context else {},
    }
