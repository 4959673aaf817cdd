"""One file ``NAME.bridgehead``: scenarios, settings, results and brief of an experiment, to keep, send and open.

Input: a store of results. Output: the bytes of a zip file of plain text, and back the same store, byte for byte. The
file is read as data: nothing in it is executed or unpickled, and no member is unpacked by its own name. Appraisals and
plans have other members (:mod:`.programmes`).

===================  =============================================================================================
``bridgehead.json``  the :class:`~.contents.Head`: name, date, figures, and a hash of every other member
``manifest.json``    all that the results depend on, see :func:`sim.experiments.batch.manifest_of`
``experiment.yaml``  the experiment, for ``bridgehead batch``
``brief.html``       the brief in the language of the one who saved it
``tables/*.csv``     the rows of the runs, a file for each kind of :data:`sim.experiments.result_schema.KINDS`
===================  =============================================================================================

CSV and not Parquet, because the size of what is read from it is known before it is read.
"""

from __future__ import annotations

from sim.studies.result_file.contents import ENDING, Figure, Head
from sim.studies.result_file.reading import ResultFile, head_of, read_bytes, read_file, read_head, usable
from sim.studies.result_file.writing import figures_of, file_bytes

__all__ = [
    "ENDING",
    "Figure",
    "Head",
    "ResultFile",
    "figures_of",
    "file_bytes",
    "head_of",
    "read_bytes",
    "read_file",
    "read_head",
    "usable",
]
