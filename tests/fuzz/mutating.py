"""Mutators change a valid input; the same seed gives the same result."""

from __future__ import annotations

import copy
import io
import json
import random
import re
import tarfile
import zipfile
from typing import Any

ODD: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    -1,
    1,
    2**31,
    2**63,
    -(2**63),
    10**30,
    0.5,
    1e308,
    "",
    " ",
    "\n",
    "\0",
    "\ud800",
    "\u202e",
    "a" * 300,
    "1960-07-18",
    "0000-00-00",
    "9999999999-13-45",
    "../x",
    "/etc/passwd",
    "data/",
    "é",
    "e\u0301",
    "~",
    "x" * 5000,
    "%",
    "%0A",
    "http://[",
    "https://example.org:99999/",
    "nan",
    "1e999",
    "-0",
    [],
    {},
    [[]],
    [{}],
    {"": ""},
    {"id": 1},
    [None],
    "Q1",
    "1" * 5000,
    "\ufeff",
    "&lt;",
    "]]>",
    "*",
    "<!--",
)
TOKENS = (
    b"\0",
    b"\xff",
    b"\xed\xa0\x80",
    b"\n",
    b"\r",
    b"\t",
    b'"',
    b"'",
    b"\\",
    b"{",
    b"}",
    b"[",
    b"]",
    b":",
    b"- ",
    b"&a ",
    b"*a",
    b"!!python/object ",
    b"%YAML 9.9\n",
    b"---\n",
    b"...\n",
    b"|",
    b">",
    b"? ",
    b"<<: ",
    b"#",
    b",",
    b";",
    b"=",
    b"\xef\xbb\xbf",
    b"\xe2\x80\xa8",
    b"-1",
    b"9" * 30,
    b"1e999",
    b"<",
    b">",
    b"&#0;",
    b"&x;",
    b"]]>",
    b"<!DOCTYPE x>",
    b"<!--",
    b"../",
    b"%00",
    b"\xf0\x9f\x92\xa9",
    b" " * 64,
    b"0",
    b"\x80\x00\x00\x01",
    b"\xff\xff\xff\xff",
    b"\x7f\xff\xff\xff",
)


def mutate_bytes(rng: random.Random, data: bytes, most: int = 4) -> bytes:
    """Change, remove, repeat or insert a few pieces."""
    for _ in range(rng.randint(1, most)):
        size = len(data)
        at = rng.randrange(size + 1)
        end = min(size, at + (rng.randint(1, 16) if rng.random() < 0.8 else rng.randint(1, 2000)))
        match rng.randrange(8):
            case 0:
                data = data[:at] + data[end:]
            case 1:
                data = data[:at] + data[at:end] * rng.randint(2, 5) + data[end:]
            case 2 | 3:
                data = data[:at] + rng.choice(TOKENS) + data[end if rng.random() < 0.5 else at :]
            case 4:
                data = data[:at] + rng.randbytes(min(8, end - at)) + data[end:]
            case 5:
                data = data[:at] if rng.random() < 0.3 else data[:at] + data[at + 1 :]
            case 6 if at < size:
                flipped = data[at] ^ 1 << rng.randrange(8)
                data = data[:at] + bytes([flipped]) + data[at + 1 :]
            case 7:
                other = rng.randrange(size + 1)
                data = data[:at] + data[other : other + 64] + data[at:]
    return data


def mutate_lines(rng: random.Random, data: bytes) -> bytes:
    """Remove, repeat, move, indent or empty lines, and change bytes in some."""
    lines = data.split(b"\n")
    for _ in range(rng.randint(1, 4)):
        if not lines:
            break
        at = rng.randrange(len(lines))
        match rng.randrange(7):
            case 0:
                del lines[at]
            case 1:
                lines.insert(rng.randrange(len(lines) + 1), lines[at])
            case 2:
                lines[at] = b" " * rng.randint(0, 9) + lines[at].lstrip()
            case 3:
                lines[at] = lines[at] + rng.choice(TOKENS)
            case 4:
                lines[at] = mutate_bytes(rng, lines[at], 1)
            case 5:
                before, _, _ = lines[at].partition(b":")
                lines[at] = before + b": " + rng.choice(TOKENS)
            case 6:
                lines[at] = lines[at] + b" " + rng.choice(lines)
    return b"\n".join(lines)


def mutate_tree(rng: random.Random, tree: Any) -> Any:
    """Change some values, keys and lists of plain data."""
    tree = copy.deepcopy(tree)
    for _ in range(rng.randint(1, 3)):
        places: list[tuple[Any, Any]] = []
        stack = [tree]
        while stack:
            node = stack.pop()
            steps = node.items() if isinstance(node, dict) else enumerate(node)
            for key, value in steps:
                places.append((node, key))
                if isinstance(value, dict | list):
                    stack.append(value)
        if not places:
            return rng.choice(ODD)
        node, key = rng.choice(places)
        match rng.randrange(9):
            case 0 if isinstance(node, dict):
                del node[key]
            case 0:
                node.pop(key)
            case 1 if isinstance(node, dict):
                other = rng.choice(["", "id", "x", str(key) + " ", *map(str, node), "kind", "type"])
                node[other] = node.pop(key)
            case 1 if isinstance(node, list):
                node.insert(rng.randrange(len(node) + 1), copy.deepcopy(node[key]))
            case 2:
                node[key] = [node[key]]
            case 3:
                node[key] = {rng.choice(["id", "value", "", "x"]): node[key]}
            case 4:
                there, step = rng.choice(places)
                held = there.get(step) if isinstance(there, dict) else None
                node[key] = copy.deepcopy(held)
            case 5 if isinstance(node[key], str):
                text = node[key]
                at = rng.randrange(len(text) + 1)
                node[key] = text[:at] + str(rng.choice(ODD)) + text[at + rng.randint(0, 3) :]
            case 6 if rng.random() < 0.1:
                deep: Any = node[key]
                for _ in range(rng.choice([20, 99, 150, 2000])):
                    deep = [deep]
                node[key] = deep
            case _:
                node[key] = copy.deepcopy(rng.choice(ODD))
    return tree


def as_json(tree: Any) -> bytes:
    """Write JSON, even if it is nested too deeply for Python's encoder."""
    try:
        return json.dumps(tree).encode()
    except RecursionError:
        return b'{"a":' * 3000 + b"1" + b"}" * 3000


def mutate_json(rng: random.Random, data: bytes) -> bytes:
    """JSON with other values; sometimes no JSON."""
    try:
        made = as_json(mutate_tree(rng, json.loads(data)))
    except (ValueError, RecursionError):
        return mutate_bytes(rng, data)
    return mutate_bytes(rng, made, 2) if rng.random() < 0.15 else made


def mutate_yaml(rng: random.Random, data: bytes) -> bytes:
    """YAML with other values or other lines."""
    import yaml

    if rng.random() < 0.5:
        return mutate_lines(rng, data)
    try:
        tree = yaml.load(data, yaml.CBaseLoader)
        made = mutate_tree(rng, tree)
        text = yaml.dump(made, Dumper=yaml.CSafeDumper, allow_unicode=True)
        return text.encode("utf-8", "surrogatepass")
    except (yaml.YAMLError, RecursionError, ValueError):
        return mutate_bytes(rng, data)


def mutate_xml(rng: random.Random, data: bytes) -> bytes:
    """XML with elements removed, repeated, moved or renamed, attributes and texts replaced."""
    from lxml import etree

    try:
        root = etree.fromstring(data, etree.XMLParser(resolve_entities=False))
    except etree.XMLSyntaxError:
        return mutate_bytes(rng, data)
    for _ in range(rng.randint(1, 4)):
        elements = [each for each in root.iter() if isinstance(each.tag, str)]
        one, other = rng.choice(elements), rng.choice(elements)
        word = "".join(c for c in str(rng.choice(ODD)) if c.isprintable() and c != "\ud800")
        match rng.randrange(9):
            case 0 if (parent := one.getparent()) is not None:
                parent.remove(one)
            case 1 if one.getparent() is not None:
                one.addnext(copy.deepcopy(one))
            case 2:
                one.tag = other.tag
            case 3:
                other.append(copy.deepcopy(one))
            case 4 if one.attrib:
                one.set(rng.choice(list(one.attrib)), word)
            case 5 if other.attrib:
                name = rng.choice(list(other.attrib))
                one.set(name, rng.choice([word, other.attrib[name]]))
            case 6 if one.attrib:
                del one.attrib[rng.choice(list(one.attrib))]
            case 7:
                one.tail = word
            case _:
                one.text = word
        if len(data) > 200_000:
            break
    encoding = rng.choice(["UTF-8", "UTF-16"])
    made: Any = etree.tostring(root, xml_declaration=True, encoding=encoding)
    return mutate_bytes(rng, made, 2) if rng.random() < 0.2 else bytes(made)


def mutate_csv(rng: random.Random, data: bytes) -> bytes:
    """CSV with other cells, rows and columns."""
    rows = [line.split(b",") for line in data.split(b"\n")]
    for _ in range(rng.randint(1, 5)):
        row = rng.choice(rows)
        at = rng.randrange(len(row)) if row else 0
        match rng.randrange(7):
            case 0 if row:
                del row[at]
            case 1:
                row.insert(at, rng.choice(TOKENS))
            case 2:
                rows.insert(rng.randrange(len(rows)), list(row))
            case 3:
                rows.remove(row)
                rows = rows or [[b""]]
            case 4 if row:
                row[at] = str(rng.choice(ODD)).encode("utf-8", "surrogatepass")
            case 5 if row and rows[0]:
                row[at] = rng.choice(rng.choice(rows) or [b""])
            case 6 if row:
                row[at] = mutate_bytes(rng, row[at], 1)
    made = b"\n".join(b",".join(row) for row in rows)
    return mutate_bytes(rng, made, 2) if rng.random() < 0.2 else made


def mutate_text(rng: random.Random, data: bytes) -> bytes:
    """Text with other lines, words and letters."""
    if rng.random() < 0.4:
        return mutate_lines(rng, data)
    words = re.split(rb"(\W+)", data)
    for _ in range(rng.randint(1, 12)):
        at = rng.randrange(len(words))
        match rng.randrange(4):
            case 0:
                words[at] = rng.choice(words)
            case 1:
                words[at] = rng.choice(TOKENS)
            case 2:
                words[at] = words[at].upper()
            case 3:
                words[at] = b""
    made = b"".join(words)
    return mutate_bytes(rng, made, 2) if rng.random() < 0.3 else made


def mutate_zip(rng: random.Random, data: bytes, parts: re.Pattern[str] | None = None) -> bytes:
    """A zip with other members, names and parts; sometimes with other bytes of its own."""
    if rng.random() < 0.25:
        return mutate_bytes(rng, data)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        files = [(name, archive.read(name)) for name in archive.namelist()]
    for _ in range(rng.randint(1, 2)):
        chosen = [n for n, (name, _) in enumerate(files) if not parts or parts.search(name)]
        at = rng.choice(chosen) if chosen else 0
        name, held = files[at]
        match rng.randrange(6):
            case 0:
                files[at] = (str(rng.choice(ODD)).replace("\ud800", "") or "x", held)
            case 1:
                files.append((rng.choice(files)[0] + rng.choice(["", "/", "/x", " "]), held))
            case 2 if len(files) > 1:
                del files[at]
            case 3:
                files[at] = (name, mutate_bytes(rng, held))
            case _:
                files[at] = (name, mutate_file(rng, name, held))
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", rng.choice([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])) as out:
        for name, held in files:
            out.writestr(zipfile.ZipInfo(name.replace("\0", "")), held)
    return mutate_bytes(rng, made.getvalue(), 1) if rng.random() < 0.2 else made.getvalue()


def mutate_file(rng: random.Random, name: str, data: bytes) -> bytes:
    """A file by the ending of its name."""
    if name.endswith((".xml", ".rels")):
        return mutate_xml(rng, data)
    if name.endswith((".json", ".map")):
        return mutate_json(rng, data)
    if name.endswith((".yaml", ".yml")):
        return mutate_yaml(rng, data)
    if name.endswith(".csv"):
        return mutate_csv(rng, data)
    return mutate_lines(rng, data) if rng.random() < 0.7 else mutate_bytes(rng, data)


def mutate_files(rng: random.Random, files: dict[str, bytes]) -> dict[str, bytes]:
    """Files of a folder with other names and contents."""
    files = dict(files)
    for _ in range(rng.randint(1, 3)):
        name = rng.choice(list(files))
        match rng.randrange(6):
            case 0 if len(files) > 1:
                del files[name]
            case 1:
                files[f"{name}{rng.choice(['', 'x', '.txt', '/x', '~'])}"] = files[name]
            case 2:
                files[rng.choice(list(files))] = files[name]
            case _:
                files[name] = mutate_file(rng, name, files[name])
    return files


def as_tar(rng: random.Random, files: dict[str, bytes]) -> bytes:
    """A tar whose headers are of any form, type and size."""
    made = io.BytesIO()
    form = rng.choice([tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
    with tarfile.open(fileobj=made, mode="w", format=form) as archive:
        for name, held in files.items():
            info = tarfile.TarInfo(f"bag/{name}")
            info.size = len(held)
            archive.addfile(info, io.BytesIO(held))
    data = bytearray(made.getvalue())
    heads = [at for at in range(0, len(data), 512) if data[at + 257 : at + 262] == b"ustar"]
    for _ in range(rng.randint(0, 3) if heads else 0):
        at = rng.choice(heads)
        match rng.randrange(5):
            case 0:
                data[at + 156] = rng.choice(b"\x001234567xgXLKSVMDANz")
            case 1:
                sizes = [
                    b"%011o\0" % rng.randrange(8**9),
                    b"\xff" * 12,
                    b"\x80" + rng.randbytes(11),
                ]
                data[at + 124 : at + 136] = rng.choice(sizes)
            case 2:
                data[at : at + 100] = (b"bag/" + rng.choice(TOKENS) * 9)[:100].ljust(100, b"\0")
            case 3:
                data[at + 345 : at + 500] = rng.randbytes(155)
            case 4:
                records = rng.choice(
                    [
                        b"20 size=-512\n",
                        b"9 size=5\n",
                        b"28 GNU.sparse.major=1\n",
                        b"x",
                        b"30 path=\xff\n",
                        b"22 GNU.sparse.map=0,1\n22 GNU.sparse.size=99\n",
                        b"999999999 path=x\n",
                    ]
                )
                info = tarfile.TarInfo("x")
                info.type, info.size = b"x", len(records)
                data[at:at] = info.tobuf() + records.ljust(512, b"\0")
                heads = [each + 1024 if each >= at else each for each in heads]
        head = data[at : at + 512]
        head[148:156] = b" " * 8
        data[at + 148 : at + 156] = b"%06o\0 " % sum(head)
    return bytes(data)
