"""Ways to damage bytes and texts."""

import io
import json
import random as standard
import struct
import zipfile

INTERESTING = [0, 1, 2, 3, 7, 8, 16, 127, 128, 255, 256, 512, 32767, 32768, 65535, 65536, (1 << 31) - 1, 1 << 31,
               (1 << 32) - 1, 1 << 32, (1 << 63) - 1, 1 << 63, (1 << 64) - 1]
MARKS = {".h5": [b"\x89HDF", b"TREE", b"SNOD", b"HEAP", b"OHDR", b"FRHP", b"FHDB", b"BTHD", b"BTLF", b"GCOL", b"OCHK"],
         ".keras": [b"PK\1\2", b"PK\3\4", b"PK\5\6", b"PK\6\6", b"\x89HDF", b"TREE", b"SNOD", b"HEAP", b"GCOL"]}
WORDS = ["LSTM", "GRU", "Dense", "Bidirectional", "Masking", "Embedding", "InputLayer", "softmax", "linear", "float64", "", "x",
         "../x", "\0", "é\u2028", "NaN", "__tuple__", "Sequential", "Functional", "categorical_crossentropy", "adam"]


def copy(random):
    """A generator of its own for a trial, which may run beside others."""
    return standard.Random(random.getrandbits(64))


def flip(data, pick):
    data = bytearray(data)
    for _ in range(pick.choice([1, 1, 1, 2, 4, 16])):
        data[pick.randrange(len(data))] = pick.choice([0, 255, 32, 128, pick.randrange(256)])
    return bytes(data), "bytes"


def cut(data, pick):
    return data[:pick.randrange(len(data))], "cut off"


def splice(data, pick):
    begin, length = pick.randrange(len(data)), pick.choice([1, 2, 8, 100, 1000, pick.randrange(1, len(data) + 1)])
    piece = data[begin:begin + length]
    where = pick.randrange(len(data))
    end = where + pick.choice([0, length, length, pick.choice([1, 8, 100])])
    return data[:where] + piece + data[end:], "spliced"


def zeroed(data, pick):
    begin, length = pick.randrange(len(data)), pick.choice([4, 64, 512, 4096])
    return data[:begin] + bytes(min(length, len(data) - begin)) + data[begin + length:], "zeros"


def number(data, pick, marks=()):
    """A number of a few bytes, near a mark that the format has."""
    places = []
    for mark in marks:
        at = data.find(mark)
        while at >= 0:
            places.append(at)
            at = data.find(mark, at + 1)
    base = pick.choice(places) if places else pick.randrange(len(data))
    place = min(len(data) - 8, base + pick.randrange(0, 200)) if len(data) > 8 else 0
    size = pick.choice([1, 2, 4, 8])
    value = pick.choice(INTERESTING + [len(data), len(data) - 1, pick.choice(places) if places else 5])
    changed = bytearray(data)
    changed[place:place + size] = (value & ((1 << 8 * size) - 1)).to_bytes(size, "little")
    return bytes(changed), f"the number at {place}"


def json_value(value, pick):
    """A JSON value with one thing changed somewhere inside."""
    where = []

    def visit(node, setter):
        where.append((node, setter))
        if isinstance(node, dict):
            for key in node:
                visit(node[key], lambda new, node=node, key=key: node.__setitem__(key, new))
        elif isinstance(node, list):
            for index in range(len(node)):
                visit(node[index], lambda new, node=node, index=index: node.__setitem__(index, new))

    root = {"": json.loads(json.dumps(value))}
    visit(root, lambda new: None)
    node, setter = pick.choice(where[1:])
    other = pick.choice(where[1:])[0]
    choices = [None, True, False, -1, 0, 1, 2, 1e308, 10**30, 0.5, [], {}, [[]], pick.choice(WORDS), pick.choice(INTERESTING),
               [1, 2, 3], "x" * pick.choice([1, 1000, 100_000]), other]
    if isinstance(node, dict) and node and pick.random() < 0.4:
        del node[pick.choice(list(node))]
    elif isinstance(node, list) and node and pick.random() < 0.4:
        node.append(pick.choice(node)) if pick.random() < 0.5 else node.pop()
    else:
        new = pick.choice(choices)
        # Copied: a value must not contain itself.
        setter(json.loads(json.dumps(new)))
    return root[""]


def json_text(text, pick):
    """A text of JSON, damaged in its values or in its letters."""
    if pick.random() < 0.7:
        changed = json.dumps(json_value(json.loads(text), pick))
        return changed.encode()
    if pick.random() < 0.05:
        depth = pick.choice([100, 1000, 100_000])
        return pick.choice(["[", '{"a":']).encode() * depth
    return pick.choice([flip, cut, splice])(text, pick)[0]


def json_inside(data, pick, begin=b'{"'):
    """JSON inside a file, changed without its length, or with it."""
    at = data.find(begin)
    if at < 0:
        return flip(data, pick)
    depth, end, in_text = 0, at, False
    while end < len(data):
        byte = data[end:end + 1]
        if byte == b'"' and data[end - 1:end] != b"\\":
            in_text = not in_text
        elif not in_text:
            depth += (byte in b"{[") - (byte in b"}]")
        end += 1
        if depth == 0:
            break
    try:
        changed = json_text(data[at:end], pick)
    except ValueError:
        return flip(data, pick)
    if pick.random() < 0.7:
        changed = changed[:end - at].ljust(end - at)
    return data[:at] + changed + data[end:], "JSON"


def archive(data, pick, change=None):
    """A zip archive written anew with a member that is damaged, gone, twice there, or has another name."""
    with zipfile.ZipFile(io.BytesIO(data)) as source:
        members = [(info.filename, source.read(info)) for info in source.infolist()]
    index = pick.randrange(len(members))
    name, content = members[index]
    what = pick.randrange(6)
    if what == 0:
        del members[index]
    elif what == 1:
        members.append((name, content))
    elif what == 2:
        members[index] = (pick.choice(["../" + name, "/" + name, name.upper(), name + "\0", "a" * 5000, "é"]), content)
    elif name.endswith(".json"):
        members[index] = (name, json_text(content, pick))
    else:
        members[index] = (name, (change or flip)(content, pick)[0])
    out = io.BytesIO()
    method = pick.choice([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
    import warnings
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with zipfile.ZipFile(out, "w", method) as target:
            for name, content in members:
                target.writestr(zipfile.ZipInfo(name), content, method)
    return out.getvalue(), f"archive {what}"


def safetensors(data, pick):
    """The header of a safetensors file."""
    size = struct.unpack("<Q", data[:8])[0]
    header, body = data[8:8 + size], data[8 + size:]
    changed = json_text(header, pick)
    length = pick.choice([len(changed)] * 5 + INTERESTING) & ((1 << 64) - 1)
    return struct.pack("<Q", length) + changed + body, "header"


def npy(data, pick):
    """The header of an .npy file."""
    text = data[10:data.index(b"\n")].decode()
    old = pick.choice(["'<f4'", "False", "(", ",", "{", "}", "'shape'", "'descr'", "3", "2"])
    new = pick.choice(["'<f8'", "'>i2'", "'|O'", "'<U9'", "True", "()", "(1 << 62,)", "-1", "99999999999", "1e9", "''", "((((",
                       "'\\x00'", str(pick.choice(INTERESTING))])
    text = text.replace(old, new, pick.choice([1, -1]))
    header = text.encode("latin-1") + b"\n"
    return data[:8] + struct.pack("<H", len(header) & 65535) + header + data[data.index(b"\n") + 1:], "header"


def table(data, pick):
    """A field, a row, or a separator of a table."""
    lines = data.split(b"\n")
    row = pick.randrange(len(lines))
    fields = lines[row].split(b",")
    fields[pick.randrange(len(fields))] = pick.choice(
        [b"", b'"', b'""', b'"a', b"nan", b"inf", b"-inf", b"1e400", b"1e-400", b"0x10", b"1,2", b"\xff\xfe", b"\0", b"x" * 10000,
         b"9" * 400, b"\xef\xbb\xbf1", b"\r", b"\xe2\x80\xa8", b"2024-02-30", b"-", b"+1", b" 1 ", b"1_000", b"\xd9\xa1"])
    lines[row] = pick.choice([b",", b",", b",", b";", b"\t", b",,"]).join(fields)
    if pick.random() < 0.2:
        lines.insert(row, pick.choice([b"", b"\r", b"#", lines[0], b"," * 1000]))
    return pick.choice([b"\n", b"\n", b"\r\n", b"\r"]).join(lines), "field"


def json_lines(data, pick):
    lines = data.split(b"\n")
    row = pick.randrange(max(1, len(lines) - 1))
    lines[row] = json_text(lines[row], pick) if lines[row].strip() else b"{"
    return b"\n".join(lines), "line"
