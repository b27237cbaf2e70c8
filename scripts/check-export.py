#!/usr/bin/env python3
"""Checks that a folder written by `partita export` is read by pandas, polars, DuckDB, pyarrow and datasets, each
giving the same rows, and that every `midi` cell is a MIDI file with the notes that its row tells.

    python3 -m venv venv && venv/bin/pip install pandas polars duckdb pyarrow datasets
    venv/bin/python scripts/check-export.py DIR

A library that is not installed is left out, and said so. Ends with 0 if all that were there agree, else with 1.
"""

import glob
import importlib
import os
import struct
import sys
import tempfile

TEXTS = ["path", "split", "beat_grid", "tempo_source", "metre"]
OPTIONAL = ["genre", "composer", "source", "license", "group", "mood", "key"]
NUMBERS = ["notes", "bars", "density", "polyphony"]


def with_pyarrow(files):
    import pyarrow.parquet

    return [row for file in files for row in pyarrow.parquet.read_table(file).to_pylist()]


def with_pandas(files):
    import pandas

    rows = pandas.concat([pandas.read_parquet(file) for file in files], ignore_index=True)
    return rows.astype(object).where(rows.notna(), None).to_dict("records")


def with_polars(files):
    import polars

    return polars.concat([polars.read_parquet(file) for file in files]).to_dicts()


def with_duckdb(files):
    import duckdb

    result = duckdb.sql("SELECT * FROM read_parquet(?)", params=[files])
    return [dict(zip(result.columns, row)) for row in result.fetchall()]


def with_datasets(files):
    import datasets

    names = {os.path.splitext(os.path.basename(file))[0]: file for file in files}
    with tempfile.TemporaryDirectory() as cache:
        splits = datasets.load_dataset("parquet", data_files=names, cache_dir=cache)
        return [row for name in names for row in splits[name]]


def comparable(row):
    """A row in plain values, so that libraries can be compared."""
    plain = {name: row[name] for name in TEXTS + OPTIONAL + NUMBERS}
    plain["qpm"] = None if row["qpm"] is None else round(float(row["qpm"]), 3)
    plain["midi"] = bytes(row["midi"])
    plain["instruments"] = [str(name) for name in row["instruments"]]
    for name in NUMBERS:
        plain[name] = round(float(row[name]), 4)
    return plain


def note_ons(midi):
    """Note-ons with a velocity in a MIDI file as `partita` writes it."""
    kind, length, _form, tracks, _division = struct.unpack(">4sIHHH", midi[:14])
    assert kind == b"MThd" and length == 6, "not a MIDI file"
    count, place = 0, 14
    for _ in range(tracks):
        kind, length = struct.unpack(">4sI", midi[place : place + 8])
        assert kind == b"MTrk", "not a track"
        count += notes_of_track(midi[place + 8 : place + 8 + length])
        place += 8 + length
    assert place == len(midi), "bytes after the last track"
    return count


def notes_of_track(track):
    count, place, status = 0, 0, 0

    def number():
        nonlocal place
        value = 0
        while True:
            byte = track[place]
            place += 1
            value = value << 7 | byte & 127
            if byte < 128:
                return value

    while place < len(track):
        number()
        if track[place] >= 128:
            status = track[place]
            place += 1
        if status in (0xFF, 0xF0, 0xF7):
            place += status == 0xFF  # its kind
            length = number()
            place += length
        elif status >> 4 in (0xC, 0xD):
            place += 1
        else:
            count += status >> 4 == 9 and track[place + 1] > 0
            place += 2
    return count


def check(rows, expected):
    assert len(rows) == len(expected), f"{len(rows)} rows, {len(expected)} expected"
    for row, other in zip(rows, expected):
        different = [name for name in other if row[name] != other[name]]
        assert not different, f"{row['path']}: {different[0]} is {row[different[0]]!r}, not {other[different[0]]!r}"


def main(folder):
    files = [file for split in ("train", "valid", "test") for file in glob.glob(os.path.join(folder, f"{split}.parquet"))]
    if not files:
        sys.exit(f"{folder} holds no train.parquet, valid.parquet or test.parquet")
    readers = {name: globals()[f"with_{name}"] for name in ("pyarrow", "pandas", "polars", "duckdb", "datasets")}
    expected, failed, read = None, 0, 0
    for name, reader in readers.items():
        try:
            version = importlib.import_module(name).__version__
        except ImportError:
            print(f"{name}: not installed, left out")
            continue
        try:
            rows = [comparable(row) for row in reader(files)]
            expected = expected or rows
            check(rows, expected)
        except Exception as problem:  # whatever a library makes of a file that it cannot read
            failed += 1
            print(f"{name} {version}: {type(problem).__name__}: {problem}")
            continue
        read += 1
        print(f"{name} {version}: {len(rows):,} rows")
    if expected is None:
        sys.exit("none of the libraries read the export")
    fewer = [row["path"] for row in expected if note_ons(row["midi"]) != row["notes"]]
    if fewer:
        print(f"{len(fewer):,} MIDI files do not have the notes that their rows tell, {fewer[0]} among them")
    genres = sorted({row["genre"] for row in expected if row["genre"]})
    print(f"{read} libraries agree on {len(expected):,} rows, {len(genres)} genres")
    sys.exit(1 if failed or fewer else 0)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
