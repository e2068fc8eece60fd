"""Makes the files of this folder, with h5py 3.14 (HDF5 1.14.6): python make.py

What they hold follows from formulas that Tests/HDF5Tests knows too: element i of a dataset is i / 4 - 3 unless said otherwise.
"""

import pathlib
import struct
import zipfile

import h5py
import numpy as np

FOLDER = pathlib.Path(__file__).parent


def numbers(*shape, dtype="<f4"):
    """i / 4 - 3, or i - 12 for integers."""
    i = np.arange(np.prod(shape, dtype=int))
    return (i - 12 if np.dtype(dtype).kind in "iu" else i / 4 - 3).astype(dtype).reshape(shape)


def create(name, **options):
    return h5py.File(FOLDER / name, "w", **options)


def keras(name, **options):
    """What Keras writes: names in attributes, weights in groups."""
    with create(name, **options) as file:
        file.attrs["keras_version"] = b"2.3.1"
        file.attrs["backend"] = "tensorflow"
        file.attrs["model_config"] = '{"class_name": "Sequential", "text": "\u00fc\u4e2d"}'
        weights = file.create_group("model_weights")
        weights.attrs["layer_names"] = [b"lstm_1", b"dropout_1", b"dense_1"]
        lstm = weights.create_group("lstm_1")
        lstm.attrs["weight_names"] = ["lstm_1/kernel:0", "lstm_1/bias:0"]
        lstm.create_dataset("lstm_1/kernel:0", data=numbers(2, 12))
        lstm.create_dataset("lstm_1/bias:0", data=numbers(12))
        weights.create_group("dropout_1").attrs["weight_names"] = []
        weights.create_group("dense_1").attrs["weight_names"] = np.array([b"a", b"longer"])
        weights["dense_1"].create_dataset("count", data=np.int64(7))
        weights["dense_1"].create_dataset("empty", data=numbers(0, 3))


def types(name, **options):
    """Every type of numbers, in both byte orders; strings; what cannot be read."""
    with create(name, **options) as file:
        for order in "<>":
            for kind in ["f2", "f4", "f8", "i1", "i2", "i4", "i8"]:
                file[f"{order == '<' and 'little' or 'big'}/{kind}"] = numbers(4, 7, dtype=order + kind)
            for kind in ["u1", "u2", "u4", "u8"]:
                file[f"{order == '<' and 'little' or 'big'}/{kind}"] = numbers(28, dtype=order + kind)
        # Zeros, denormal numbers, infinities, the largest and the smallest.
        halves = [0, 0x8000, 1, 0x83FF, 0x400, 0x3C00, 0x7BFF, 0x7C00, 0xFC00, 0x3555]
        file["halves"] = np.array(halves, "<u2").view("<f2")
        file["halves_f4"] = np.array(halves, "<u2").view("<f2").astype("<f4")
        file["bool"] = np.array([True, False, True])
        file["scalar"] = np.float32(2.5)
        file["fixed"] = np.array([b"one", b"three"], "S5")
        file.create_dataset("variable", data=["eins", "", "dr\u00fci"], dtype=h5py.string_dtype())
        file["compound"] = np.zeros(2, [("a", "f4"), ("b", "i4")])
        file["complex"] = np.zeros(2, "c8")
        file["opaque"] = np.void(b"abc")
        # As Keras 3 stores bfloat16.
        file["bfloat16"] = (numbers(28).view("<u4") >> 16).astype("<u2").view("V2")
        file["bfloat16"].attrs["dtype"] = "bfloat16"
        file["null"] = h5py.Empty("f4")
        file["stored_type"] = np.dtype("<f4")
        file.create_dataset("typed", (3,), file["stored_type"])[:] = [1, 2, 3]
        file["typed"].attrs.create("unit", 4, dtype=file["stored_type"])
        file["typed"].attrs["bool"] = True


def storage(name, **options):
    """Each way of storing elements."""
    with create(name, **options) as file:
        def dataset(key, *shape, **how):
            file.create_dataset(key, data=numbers(*shape), **how)

        compact = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        compact.set_layout(h5py.h5d.COMPACT)
        space = h5py.h5s.create_simple((5,))
        h5py.h5d.create(file.id, b"compact", h5py.h5t.IEEE_F32LE, space, compact).write(
            h5py.h5s.ALL, h5py.h5s.ALL, numbers(5))
        early = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        early.set_chunk((4, 4))
        early.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
        space = h5py.h5s.create_simple((10, 9))
        h5py.h5d.create(file.id, b"implicit", h5py.h5t.IEEE_F32LE, space, early).write(
            h5py.h5s.ALL, h5py.h5s.ALL, numbers(10, 9))

        dataset("single", 5, 4, chunks=(5, 4))
        dataset("single_deflate", 5, 4, chunks=(5, 4), compression="gzip")
        dataset("fixed", 10, 9, chunks=(4, 4))
        dataset("fixed_deflate", 10, 9, chunks=(4, 4), compression="gzip", shuffle=True, fletcher32=True)
        dataset("fixed_larger", 10, 9, chunks=(4, 4), maxshape=(20, 30))
        dataset("growing", 90, chunks=(4,), maxshape=(None,))
        dataset("growing_second", 3, 50, chunks=(2, 3), maxshape=(5, None), compression="gzip")
        dataset("tree", 10, 9, chunks=(4, 4), maxshape=(None, None))
        dataset("tree_deflate", 10, 9, chunks=(4, 4), maxshape=(None, None), compression="gzip", fletcher32=True)
        dataset("shuffle", 7, 3, chunks=(3, 2), shuffle=True)
        dataset("fletcher32", 7, chunks=(3,), fletcher32=True)
        dataset("three", 4, 5, 6, chunks=(3, 2, 4), compression="gzip")
        file.create_dataset("unwritten", (3, 2), "<f4", fillvalue=1.5)
        file.create_dataset("unwritten_chunks", (3, 2), "<f4", chunks=(2, 2), fillvalue=-1.5)
        file.create_dataset("half_written", (8,), "<f4", chunks=(2,), fillvalue=9)[2:4] = [1, 2]


def many(name, members, chunks, attributes, **options):
    """Many members, attributes and chunks: trees of several levels, paged arrays, heaps of tables."""
    with create(name, **options) as file:
        first = file.create_group("first")
        for i in range(members):
            file[f"another_name_of_some_length_{i:04}"] = first
        for i in range(attributes):
            file.attrs[f"attribute_{i:04}"] = i
        file.create_dataset("chunks", data=numbers(chunks), chunks=(1,))
        file.create_dataset("growing", data=numbers(chunks), chunks=(1,), maxshape=(None,))
        file.create_dataset("tree", data=numbers(chunks, 1), chunks=(1, 1), maxshape=(None, None))


def sparse(name):
    """Chunks far apart: arrays with super blocks and pages. Element i is i where it was written, otherwise -1."""
    with create(name, libver="latest") as file:
        for key, count, largest in [("growing", 150_000, (None,)), ("fixed", 5000, None)]:
            dataset = file.create_dataset(key, (count,), "<f4", chunks=(1,), maxshape=largest, fillvalue=-1)
            for i in [0, 3, 4, 2048, count // 2, count - 1]:
                dataset[i] = i


def links(name, **options):
    with create(name, **options) as file:
        file["a/b/data"] = numbers(3)
        file["soft"] = h5py.SoftLink("/a/b")
        file["a/relative"] = h5py.SoftLink("b/data")
        file["dangling"] = h5py.SoftLink("/nothing")
        file["circle_1"] = h5py.SoftLink("/circle_2")
        file["circle_2"] = h5py.SoftLink("/circle_1")
        file["external"] = h5py.ExternalLink("other.h5", "/data")
        file["hard"] = file["a"]
        file["a/parent"] = file["/"]
        file["d\u00fcnn"] = numbers(2)


def refused(name):
    """What is not read: data in other files, virtual datasets, filters that are not common."""
    with create(name, libver="latest") as file:
        file.create_dataset("external", (4,), "<f4", external=[("other.bin", 0, 16)])
        layout = h5py.VirtualLayout((4,), "<f4")
        layout[:] = h5py.VirtualSource("other.h5", "data", (4,))
        file.create_virtual_dataset("virtual", layout)
        file.create_dataset("lzf", data=numbers(40), chunks=(40,), compression="lzf")
        file.create_dataset("scaleoffset", data=numbers(40, dtype="<i4"), chunks=(40,), scaleoffset=3)


def large_attribute(name):
    """Attributes beyond what a header or a heap's blocks hold, among many others."""
    with create(name, libver="latest", track_order=True) as file:
        for i in range(12):
            file.attrs[f"small_{i}"] = i
        file.attrs["large"] = numbers(5000)
        file.attrs["larger"] = numbers(20000)


def userblock(name):
    with create(name, userblock_size=1024) as file:
        file["data"] = numbers(3)
    with open(FOLDER / name, "r+b") as file:
        file.write(b"a block of the user's")


def archives():
    def write(name, method, members, force_zip64=False):
        with zipfile.ZipFile(FOLDER / name, "w", method) as archive:
            for key, content in members:
                info = zipfile.ZipInfo(key, (2026, 1, 1, 0, 0, 0))
                info.compress_type = method
                with archive.open(info, "w", force_zip64=force_zip64) as member:
                    member.write(content)

    text = b"".join(b"line %d of a text that repeats itself\n" % (i % 50) for i in range(300))
    noise = np.random.default_rng(1).integers(0, 256, 2000, np.uint8).tobytes()
    members = [("config.json", b"{}"), ("assets/text.txt", text), ("noise", noise), ("empty", b"")]
    write("stored.zip", zipfile.ZIP_STORED, members)
    write("deflated.zip", zipfile.ZIP_DEFLATED, members)
    write("zip64.zip", zipfile.ZIP_STORED, members[:2], force_zip64=True)
    write("windows.zip", zipfile.ZIP_STORED, [("layers\\lstm\\vars.txt", b"0")])
    for name, member in [("parent", "a/../../b"), ("absolute", "/etc/b"), ("drive", "c:\\b")]:
        write(f"{name}.zip", zipfile.ZIP_STORED, [(member, b"")])


def growing_zeros():
    """A member and a dataset of a few bytes that unpack to 4 MB."""
    with zipfile.ZipFile(FOLDER / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("zeros"), bytes(1 << 22), zipfile.ZIP_DEFLATED)
    with create("bomb.h5") as file:
        file.create_dataset("zeros", data=np.zeros(1 << 20, "<f4"), chunks=(1 << 20,), compression="gzip")


for version, options in [("old", {}), ("new", {"libver": "latest"}), ("v2", {"libver": ("v108", "v108")})]:
    keras(f"keras_{version}.h5", **options)
    types(f"types_{version}.h5", **options)
    storage(f"storage_{version}.h5", **options)
    links(f"links_{version}.h5", **options)
many("many_old.h5", 700, 1100, 20)
many("many_new.h5", 700, 1100, 120, libver="latest")
sparse("sparse.h5")
large_attribute("large_attribute.h5")
refused("refused.h5")
userblock("userblock.h5")
archives()
growing_zeros()
