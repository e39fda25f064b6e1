#!/usr/bin/env python3
"""Writes Keras files that are made to do harm, for the tests. Needs h5py.

    tools/failures/make_hostile_files.py tests/.../keras3-batch-0.h5 FOLDER

Each is the given file with one thing more: values in another file, a link to one, a filter that would have to be loaded,
values that are said to be far more than is stored.
"""

import pathlib
import shutil
import sys

import h5py
import numpy


def external_values(file):
    file.create_dataset("more", (4,), "f4", external=[("/etc/hostname", 0, 16)])


def virtual_values(file):
    layout = h5py.VirtualLayout((4,), "f4")
    layout[:] = h5py.VirtualSource("/etc/other.h5", "values", (4,))
    file.create_virtual_dataset("more", layout)


def external_link(file):
    file["more"] = h5py.ExternalLink("/etc/other.h5", "/values")


def loaded_filter(file):
    # Registered number of a filter that is a plug-in (LZF); written raw, since the library here has it not either.
    create = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    create.set_chunk((4,))
    create.set_filter(32000, h5py.h5z.FLAG_OPTIONAL, ())
    h5py.h5d.create(file.id, b"more", h5py.h5t.IEEE_F32LE, h5py.h5s.create_simple((4,)), create)


def unwritten_values(file):
    create = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    h5py.h5d.create(
        file.id, b"more", h5py.h5t.IEEE_F32LE, h5py.h5s.create_simple((1 << 31, 1 << 9)), create)


def packed_values(file):
    file.create_dataset("more", data=numpy.zeros(68 << 20, "f4"), chunks=(4 << 20,),
                        compression="gzip", compression_opts=9)


KINDS = [external_values, virtual_values, external_link, loaded_filter, unwritten_values, packed_values]


def main():
    source, folder = map(pathlib.Path, sys.argv[1:3])
    for kind in KINDS:
        target = folder / (kind.__name__.replace("_", "-") + ".h5")
        shutil.copy(source, target)
        with h5py.File(target, "r+") as file:
            kind(file)


if __name__ == "__main__":
    main()
