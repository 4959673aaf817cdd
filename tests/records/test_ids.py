"""Ids of vehicles reach no output unhashed: every output of the commands that read a log is searched for its plates."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from corridors.io.tables import save
from tests.conftest import Told
from tests.helpers.gate_logs import HEAD, LANE, at, regular
from tests.helpers.small_border import small_border

Bridgehead = Callable[..., Told]


def test_no_output_of_a_command_has_a_plate(bridgehead: Bridgehead, tmp_path: Path) -> None:
    """Damaged rows as well: their ids are hashed in the ledger and in no finding; a first map shows their form."""
    plates = [f"QX{k:05d}" for k in range(60)]
    rows = [row.replace(row.split(",")[0], plate) for row, plate in zip(regular(60), plates, strict=True)]
    rows += [
        rows[5],
        f"QX77777,{at(600)},{at(640)},{at(620)}",
        f"QX88888,{at(1190)},,",
        "QX99999,yesterday,,",
        "QX66666,1",
        f"late,QX55555,{at(1200)},{at(1201)}",
    ]
    plates += ["QX77777", "QX88888", "QX99999", "QX66666", "QX55555"]
    (tmp_path / "log.csv").write_text("\n".join([HEAD, *rows]), encoding="utf-8")
    (tmp_path / "map.yaml").write_text(LANE, encoding="utf-8")
    save(small_border(), tmp_path / "world")
    out, data = tmp_path / "out", ("--data", tmp_path / "world")
    log = (tmp_path / "log.csv", "--map", tmp_path / "map.yaml")
    told = [
        bridgehead("mapping", tmp_path / "log.csv", "--out", out / "first.yaml", *data),
        bridgehead("fit", *log, "--out", out / "fit", "--json", out / "fit.json", "--report", out / "fit.html", *data),
        bridgehead(
            "state", *log, "--at", "2026-03-02T19:45", "--out", out / "state.csv", "--json", out / "s.json", *data
        ),
        bridgehead(
            *("forecast", "--state", out / "state.csv", "--days", "1", "--members", "10", "--warmup-days", "1"),
            *("--workers", "1", "--out", out / "days", "--json", out / "f.json", "--report", out / "f.html", *data),
        ),
    ]
    short = ("--start", "2026-03-02", "--days", "3", "--warmup-days", "1", "--engine", "simpy")
    files = ("--brief", out / "brief.html", "--save", out / "kept.bridgehead", "--report", out / "pairs.html")
    told += [
        bridgehead("backtest", *log, "--workers", "1", "--json", out / "scores.json", *data),
        bridgehead("run", "--scenario", out / "fit" / "fit.yaml", *short, "--pairs", "2", *files, *data),
    ]
    assert [one.status for one in told] == [0] * 6, [one.err for one in told]
    written = [path for path in out.rglob("*") if path.is_file()]
    assert len(written) >= 18
    texts = {str(one.relative_to(out)): one.read_text("utf-8-sig") for one in written if one.suffix != ".bridgehead"}
    with zipfile.ZipFile(out / "kept.bridgehead") as kept:
        texts |= {name: kept.read(name).decode("utf-8-sig") for name in kept.namelist()}
    texts |= {f"{n} {name}": text for n, one in enumerate(told) for name, text in (("out", one.out), ("err", one.err))}
    found = {(name, plate) for name, text in texts.items() for plate in plates if plate in text}
    assert not found
    assert "AA00000" in texts["first.yaml"]
    assert "pepper" not in "".join(texts.values())  # Nor the salt, by which they could be found again.


@pytest.mark.parametrize(
    ("key", "wrong"),
    [
        ("arrived: arrived", "arrived: plate"),
        ("service: shuttle", "service: {column: plate, values: {QX00001: shuttle}}"),
        ("service: shuttle", "service: shuttle\nkeep: {plate: [QX00001]}"),
        ("service: shuttle", "service: shuttle\nload: {column: plate, unit: kg, of: shuttle}"),
        ("column: plate", "column: finished"),
    ],
)
def test_a_map_that_takes_plates_for_something_else_shows_none(
    bridgehead: Bridgehead, tmp_path: Path, key: str, wrong: str
) -> None:
    """What is found in a column is quoted in findings and in the ledger: there stood plates."""
    assert key in LANE
    rows = [row.replace("A", "QX", 1) for row in regular(60)]
    (tmp_path / "log.csv").write_text("\n".join([HEAD, *rows]), encoding="utf-8")
    (tmp_path / "map.yaml").write_text(LANE.replace(key, wrong), encoding="utf-8")
    save(small_border(), tmp_path / "world")
    out = tmp_path / "out"
    log = (tmp_path / "log.csv", "--map", tmp_path / "map.yaml", "--data", tmp_path / "world")
    told = bridgehead("fit", *log, "--out", out, "--report", out / "fit.html", "--json", out / "fit.json")
    texts = [told.out, told.err, *(one.read_text("utf-8-sig") for one in out.rglob("*") if one.is_file())]
    assert not [text for text in texts if "QX" in text]
    assert told.status == 2 or "cleaning.csv" in told.out + told.err
