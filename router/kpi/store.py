"""The tables of facts in DuckDB: made empty in memory for the live board, or as views over the archive's files."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import duckdb
import msgspec
import pyarrow as pa

from router.kpi.tables import TABLES, Fact, by_table, columns

FIGURES: dict[str, dict[str, str]] = {
    "roster": {
        "agent": "VARCHAR",
        "groups": "VARCHAR[]",
        "shift": "VARCHAR",
        "kind": "VARCHAR",
        "at_ms": "BIGINT",
        "half_ms": "BIGINT",
        "off_ms": "BIGINT",
        "day": "BIGINT",
        "start_ms": "BIGINT",
        "end_ms": "BIGINT",
    },
    "rostered_shifts": {
        "agent": "VARCHAR",
        "groups": "VARCHAR[]",
        "shift": "VARCHAR",
        "at_ms": "BIGINT",
        "half_ms": "BIGINT",
        "off_ms": "BIGINT",
        "day": "BIGINT",
        "start_ms": "BIGINT",
        "end_ms": "BIGINT",
    },
    "shift_times": {"shift": "VARCHAR", "day": "BIGINT", "from_ms": "BIGINT", "to_ms": "BIGINT"},
    "carrier": {
        "at_ms": "BIGINT",
        "half_ms": "BIGINT",
        "off_ms": "BIGINT",
        "day": "BIGINT",
        "dialled": "BIGINT",
        "reached": "BIGINT",
        "blocked": "BIGINT",
    },
    "monitoring": {
        "agent": "VARCHAR",
        "groups": "VARCHAR[]",
        "at_ms": "BIGINT",
        "half_ms": "BIGINT",
        "off_ms": "BIGINT",
        "day": "BIGINT",
        "score": "DOUBLE",
    },
}
"""Tables that come from files people keep (the folder ``figures``), not from records."""

_ARROW = {
    "BIGINT": pa.int64(),
    "VARCHAR": pa.string(),
    "BOOLEAN": pa.bool_(),
    "DOUBLE": pa.float64(),
    "VARCHAR[]": pa.list_(pa.string()),
}
_VIEWS = (
    "CREATE VIEW arrivals AS SELECT * REPLACE (arrived_ms AS at_ms, arrived_half_ms AS half_ms,"
    " arrived_off_ms AS off_ms, arrived_day AS day) FROM calls",
    # What an agent answered; only the first answer of a call ended its caller's wait.
    "CREATE VIEW talked AS SELECT * REPLACE ('answered' AS outcome, CASE WHEN first THEN wait_ms END AS wait_ms,"
    " first AND late AS late) FROM legs WHERE result = 'talked'",
    "CREATE VIEW roster AS SELECT * REPLACE (least(end_ms, (SELECT ms FROM horizon)) AS end_ms) FROM figures_roster"
    " WHERE kind = 'answering' AND start_ms < (SELECT ms FROM horizon)",
    "CREATE VIEW plan AS SELECT * FROM figures_roster WHERE kind = 'answering'",
    "CREATE VIEW adhered AS SELECT r.* REPLACE (greatest(r.start_ms, s.start_ms) AS start_ms,"
    " least(r.end_ms, s.end_ms) AS end_ms) FROM roster r JOIN agent_spans s ON r.agent = s.agent"
    " AND r.half_ms = s.half_ms AND s.start_ms < r.end_ms AND s.end_ms > r.start_ms"
    " WHERE s.state IN ('ready', 'reserved', 'ringing', 'talking', 'holding', 'consulting', 'wrap_up')",
    "CREATE VIEW attendance AS SELECT r.*, EXISTS (SELECT 1 FROM agent_spans s WHERE s.agent = r.agent"
    " AND s.start_ms < r.end_ms AND s.end_ms > r.start_ms) AS present"
    " FROM rostered_shifts r WHERE r.start_ms < (SELECT ms FROM horizon)",
)


def connect(files: Mapping[str, Sequence[str]] | None = None, from_day: int = 0) -> duckdb.DuckDBPyConnection:
    """Return a connection with all tables: empty, or those of ``files`` (Parquet files by table) as views over them.

    Of the files, rows of days before ``from_day`` are left out. Rows are added with :func:`add`; what is under way is
    set with :func:`set_open`.
    """
    connection = duckdb.connect(":memory:", config={"preserve_insertion_order": "false"})
    connection.execute("SET TimeZone = 'UTC'")
    for name, row in TABLES.items():
        listed = ", ".join(f'"{column}" {kind}' for column, kind in columns(row).items())
        connection.execute(f"CREATE TABLE {name}_new ({listed})")
        connection.execute(f"CREATE TABLE {name}_open ({listed})")
        parts = [f"SELECT * FROM {name}_new", f"SELECT * FROM {name}_open"]
        if files is not None and files.get(name):
            listed_files = ", ".join("'" + path.replace("'", "''") + "'" for path in files[name])
            chosen = ", ".join(f'"{column}"' for column in columns(row))
            whole = f"read_parquet([{listed_files}], union_by_name = true)"
            parts.insert(0, f"SELECT {chosen} FROM {whole} WHERE day >= {int(from_day)}")
        connection.execute(f"CREATE VIEW {name} AS {' UNION ALL '.join(parts)}")
    for name, kinds in FIGURES.items():
        listed = ", ".join(f'"{column}" {kind}' for column, kind in kinds.items())
        connection.execute(f"CREATE TABLE {'figures_' if name == 'roster' else ''}{name} ({listed})")
    connection.execute("CREATE TABLE horizon (ms BIGINT)")
    connection.execute("INSERT INTO horizon VALUES (0)")
    for view in _VIEWS:
        connection.execute(view)
    return connection


def add(connection: duckdb.DuckDBPyConnection, rows: Iterable[Fact]) -> int:
    """Add finished rows; returns how many."""
    return _insert(connection, rows, "new")


def set_open(connection: duckdb.DuckDBPyConnection, rows: Iterable[Fact], now_ms: int) -> None:
    """Replace what is under way by ``rows``, as of ``now_ms``."""
    for name in TABLES:
        connection.execute(f"DELETE FROM {name}_open")
    _insert(connection, rows, "open")
    connection.execute("UPDATE horizon SET ms = ?", [now_ms])


def set_figures(connection: duckdb.DuckDBPyConnection, name: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Replace a table of :data:`FIGURES`."""
    table = "figures_roster" if name == "roster" else name
    connection.execute(f"DELETE FROM {table}")
    if rows:
        kinds = FIGURES[name]
        batch = pa.table({key: pa.array([row[key] for row in rows], _ARROW[kind]) for key, kind in kinds.items()})
        _put(connection, table, batch)


def arrow(name: str, rows: Sequence[Fact]) -> pa.Table:
    """Return rows of one table in columns."""
    by_column = zip(*(msgspec.structs.astuple(row) for row in rows), strict=True)
    kinds = columns(TABLES[name])
    if not rows:
        return pa.table({key: pa.array([], _ARROW[kind]) for key, kind in kinds.items()})
    return pa.table(
        {key: pa.array(values, _ARROW[kind]) for (key, kind), values in zip(kinds.items(), by_column, strict=True)}
    )


def _insert(connection: duckdb.DuckDBPyConnection, rows: Iterable[Fact], which: str) -> int:
    count = 0
    for name, of_table in by_table(rows).items():
        _put(connection, f"{name}_{which}", arrow(name, of_table))
        count += len(of_table)
    return count


def _put(connection: duckdb.DuckDBPyConnection, table: str, batch: pa.Table) -> None:
    connection.register("batch_to_add", batch)
    try:
        connection.execute(f"INSERT INTO {table} SELECT * FROM batch_to_add")
    finally:
        connection.unregister("batch_to_add")
