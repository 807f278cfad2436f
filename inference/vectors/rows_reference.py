"""A second implementation of part II of docs/inference-spec.md, from that text alone and with nothing but Python's big integers.

    python3 inference/vectors/rows_reference.py          executes every vector of rows.json, and says which differ
"""

import hashlib
import json
import math
import pathlib
import struct
import sys

sys.dont_write_bytecode = True
from blake3 import blake3, derive_key, keyed  # noqa: E402, this folder's

HERE = pathlib.Path(__file__).parent
R24 = 2**23 - 1
I8, I16, WIDE, I32, ID = range(5)
BYTES = (1, 2, 4, 4, 4)
RANGE = {I8: (-(2**7), 2**7 - 1), I16: (-(2**15), 2**15 - 1), WIDE: (-R24, R24)}
LEAF, NODE, ROOT = (derive_key(f"millrace v2 {name}") for name in ("leaf", "node", "root"))


def exponentials():
    """The table as the specification lists it."""
    text = (HERE.parent.parent / "docs" / "inference-spec.md").read_text()
    block = text.split("```exponentials\n")[1].split("```")[0]
    return [int(number) for number in block.split()]


EXP = exponentials()


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, count):
        assert self.at + count <= len(self.data), "the encoding ends early"
        self.at += count
        return self.data[self.at - count : self.at]

    def unsigned(self, count):
        return int.from_bytes(self.take(count), "little")

    def compact(self):
        start, mode = self.at, self.data[self.at] & 3
        assert mode < 3, "no such length"
        value = self.unsigned(1 << mode) >> 2
        assert mode == 0 or value >= (1 << 6, 1 << 14)[mode - 1], f"the length at {start} could be shorter"
        return value

    def flag(self):
        value = self.unsigned(1)
        assert value < 2, "no flag"
        return value

    def option(self, count):
        return self.unsigned(count) if self.flag() else None

    def window(self):
        numbers = list(self.take(10))
        return dict(kernel=numbers[:2], stride=numbers[2:4], padding=numbers[4:8], dilation=numbers[8:])

    def field(self, kind):
        match kind:
            case "u32":
                return self.unsigned(4)
            case "@":
                return self.unsigned(8)
            case "option u32":
                return self.option(4)
            case "option @":
                return self.option(8)
            case "element":
                return self.unsigned(1)
            case "flag":
                return self.flag()
            case "i16":
                return int.from_bytes(self.take(2), "little", signed=True)
            case "window":
                return self.window()
            case "table":
                return (self.unsigned(8), self.unsigned(8)) if self.flag() else None


FIELDS = {
    0x0D: ("Tokens", "vocabulary u32"),
    0x0E: ("Embed", "input u32, width u32, rows @, positions option @"),
    0x0F: ("Linear", "input u32, outputs u32, rows @, element element, table table, addend option u32"),
    0x10: ("Norm", "input u32, centre flag, rescales @, element element"),
    0x11: ("Activation", "input u32, entries @, element element"),
    0x12: ("Rope", "input u32, heads u32, angles @"),
    0x13: ("Scores", "queries u32, keys u32, heads u32, key_heads u32"),
    0x14: ("Softmax", "input u32, scales @"),
    0x15: ("Context", "shares u32, values u32, value_heads u32, rescales @, element element"),
    0x16: ("Mul", "left u32, right u32, rescales @, element element"),
    0x17: ("Pool", "input u32, rescales @, element element"),
    0x18: ("Select", "input u32, last flag"),
    0x19: ("ArgMax", "input u32"),
    0x1A: ("Pixels", "height u32, width u32, channels u32"),
    0x1B: (
        "Conv2d",
        "input u32, outputs u32, window window, groups u32, pad i16, rows @, element element, addend option u32",
    ),
    0x1C: ("MaxPool2d", "input u32, window window"),
    0x1D: ("GlobalPool", "input u32, rescales @, element element"),
    0x1E: ("Requantize", "input u32, rescales @, element element"),
}


READS = ("input", "addend", "queries", "keys", "shares", "values", "left", "right")
# Fields of nodes of which other rows are read than the own.
ACROSS = {name: ("input",) for name in ("Pool", "Select", "Conv2d", "MaxPool2d", "GlobalPool")}
ACROSS |= {"Scores": ("keys",), "Context": ("values",)}


def decode(data):
    reader = Reader(data)
    assert reader.unsigned(1) == 2, "another version"
    causal, max_tokens, nodes = reader.flag(), reader.unsigned(4), []
    for _ in range(reader.compact()):
        name, fields = FIELDS[reader.unsigned(1)]
        node = {"is": name}
        for field in fields.split(", "):
            key, kind = field.split(" ", 1)
            node[key] = reader.field(kind)
        nodes.append(node)
    trunk = [reader.unsigned(4) for _ in range(reader.compact())]
    root, length = reader.take(32), reader.unsigned(8)
    assert reader.at == len(data), "bytes are left over"
    return causal, max_tokens, nodes, trunk, root, length


def clamp(value, element):
    least, most = RANGE[element]
    return max(least, min(most, value))


class Execution:
    """One sequence or image: the rows of every node, what they count, and how much of the blob is out of range."""

    def __init__(self, model, blob, posted):
        self.causal, self.max_tokens, self.nodes, self.trunk, _, length = decode(model)
        assert len(blob) == length
        self.blob, self.work = blob, 0
        self.rows, self.elements, self.places = [], [], []
        first = self.nodes[0]
        if first["is"] == "Pixels":
            size = 1
            assert len(posted) == first["height"] * first["width"] * first["channels"]
        else:
            size = 2 if first["vocabulary"] <= 65536 else 4
        self.ids = [int.from_bytes(posted[i : i + size], "little") for i in range(0, len(posted), size)]
        for node in self.nodes:
            rows, element, places = getattr(self, node["is"].lower())(node)
            for row in rows if element in RANGE else []:
                assert all(RANGE[element][0] <= x <= RANGE[element][1] for x in row), node
            self.rows.append(rows)
            self.elements.append(element)
            self.places.append(places)

    # Parameters

    def fine(self, at):
        multiplier, shift, bias = struct.unpack_from("<iBq", self.blob, at)
        return abs(multiplier) < 2**24 and 1 <= shift <= 61 and abs(bias) < 2**62

    def record(self, at):
        return struct.unpack_from("<iBq", self.blob, at) if self.fine(at) else (0, 1, 0)

    def rescale(self, z, at, element):
        multiplier, shift, bias = self.record(at)
        moved = z * multiplier + bias
        assert abs(z) <= 2**38 and abs(moved) < 2**63
        return clamp(moved >> shift, element)

    def weights(self, at, count):
        return struct.unpack_from(f"<{count}b", self.blob, at)

    def interpolate(self, at, x):
        i, f = x + 32768 >> 7, x + 32768 & 127
        low, high = struct.unpack_from("<ii", self.blob, at + 4 * i)
        return low + ((high - low) * f + 64 >> 7)

    def rescaled(self, rows, node):
        return [
            [self.rescale(z, node["rescales"] + 13 * c, node["element"]) for c, z in enumerate(row)] for row in rows
        ]

    def seen(self, row):
        return row + 1 if self.causal else len(self.ids)

    def pairs(self):
        return sum(self.seen(row) for row in range(len(self.ids)))

    # Operators: rows, their type, and the image's height and width where rows are positions

    def tokens(self, node):
        assert all(id < node["vocabulary"] for id in self.ids)
        return [[id] for id in self.ids], ID, None

    def pixels(self, node):
        signed = [byte - 256 * (byte > 127) for byte in self.ids]
        channels = node["channels"]
        rows = [signed[i : i + channels] for i in range(0, len(signed), channels)]
        return rows, I8, (node["height"], node["width"])

    def position(self, node, row, c):
        if node["positions"] is None:
            return 0
        (number,) = struct.unpack_from("<i", self.blob, node["positions"] + 4 * (row * node["width"] + c))
        return number if abs(number) <= R24 else 0

    def embed(self, node):
        width, rows = node["width"], []
        for i, (id,) in enumerate(self.rows[node["input"]]):
            at = node["rows"] + id * (width + 13)
            scaled = (self.rescale(weight, at + width, WIDE) for weight in self.weights(at, width))
            rows.append([clamp(x + self.position(node, i, c), WIDE) for c, x in enumerate(scaled)])
        return rows, WIDE, None

    def linear(self, node):
        read, terms = self.rows[node["input"]], len(self.rows[node["input"]][0])
        factor = 2 if self.elements[node["input"]] == I16 else 1
        self.work += len(read) * node["outputs"] * terms * factor
        offsets = [node["rows"] + j * (terms + 13) for j in range(node["outputs"])]
        filters = [self.weights(at, terms) for at in offsets]
        rows = []
        for i, x in enumerate(read):
            row = []
            for j, (weights, at) in enumerate(zip(filters, offsets)):
                z = sum(map(int.__mul__, weights, x))
                if node["table"]:
                    entries, rescales = node["table"]
                    between = clamp(self.interpolate(entries, self.rescale(z, at + terms, I16)), WIDE)
                    y = self.rescale(between, rescales + 13 * j, node["element"])
                else:
                    y = self.rescale(z, at + terms, node["element"])
                row.append(self.added(node, i, j, y))
            rows.append(row)
        return rows, node["element"], self.places[node["input"]]

    def added(self, node, row, c, y):
        return y if node["addend"] is None else clamp(self.rows[node["addend"]][row][c] + y, WIDE)

    @staticmethod
    def normalised(row, centre):
        n, total = len(row), sum(row) if centre else 0
        v = n * sum(x * x for x in row) - total * total
        if v == 0:
            return [0] * n
        e = (48 - v.bit_length()) // 2
        m = v << 2 * e if e >= 0 else v >> -2 * e
        assert 2**46 <= m < 2**48
        r, k = 2**47 // math.isqrt(m), 31 - e
        return [(n * x - total) * r + 2 ** (k - 1) >> k for x in row]

    def norm(self, node):
        rows = [self.normalised(row, node["centre"]) for row in self.rows[node["input"]]]
        return self.rescaled(rows, node), node["element"], self.places[node["input"]]

    def activation(self, node):
        read = self.rows[node["input"]]
        rows = [[clamp(self.interpolate(node["entries"], x), node["element"]) for x in row] for row in read]
        return rows, node["element"], self.places[node["input"]]

    def rope(self, node):
        rows = []
        for i, row in enumerate(self.rows[node["input"]]):
            half, turned = len(row) // node["heads"] // 2, []
            for p in range(len(row) // 2):
                a, b = row[2 * p], row[2 * p + 1]
                c, s = struct.unpack_from("<hh", self.blob, node["angles"] + 4 * (i * half + p % half))
                turned += [a * c - b * s + 2**20 >> 21, a * s + b * c + 2**20 >> 21]
            rows.append([clamp(x, I8) for x in turned])
        return rows, I8, None

    def scores(self, node):
        heads, groups = node["heads"], node["key_heads"]
        q, k = self.rows[node["queries"]], self.rows[node["keys"]]
        d = len(q[0]) // heads
        self.work += heads * d * self.pairs()

        def score(i, h, j):
            g = h * groups // heads
            return sum(map(int.__mul__, q[i][h * d : h * d + d], k[j][g * d : g * d + d]))

        rows = [[score(i, h, j) for h in range(heads) for j in range(self.seen(i))] for i in range(len(q))]
        return rows, I32, None

    def fine_scale(self, at):
        multiplier, shift = struct.unpack_from("<IB", self.blob, at)
        return multiplier < 2**24 and 1 <= shift <= 61

    def scale(self, at):
        return struct.unpack_from("<IB", self.blob, at) if self.fine_scale(at) else (0, 1)

    def softmax(self, node):
        rows = []
        for i, row in enumerate(self.rows[node["input"]]):
            seen, shares = self.seen(i), []
            for h in range(len(row) // seen):
                multiplier, shift = self.scale(node["scales"] + 5 * h)
                scores = row[h * seen : h * seen + seen]
                u = [(max(scores) - a) * multiplier + 2 ** (shift - 1) >> shift for a in scores]
                e = [EXP[x & 255] >> (x >> 8) if x >> 8 < 24 else 0 for x in u]
                shares += [(2 * 32767 * x + sum(e)) // (2 * sum(e)) for x in e]
            rows.append(shares)
        return rows, I16, None

    def context(self, node):
        p, v = self.rows[node["shares"]], self.rows[node["values"]]
        d, heads = len(v[0]) // node["value_heads"], len(p[0]) // self.seen(0)
        self.work += 2 * heads * d * self.pairs()

        def mean(i, h, e):
            g = h * node["value_heads"] // heads
            return sum(p[i][h * self.seen(i) + j] * v[j][g * d + e] for j in range(self.seen(i)))

        rows = [[mean(i, h, e) for h in range(heads) for e in range(d)] for i in range(len(p))]
        return self.rescaled(rows, node), node["element"], None

    def mul(self, node):
        pairs = zip(self.rows[node["left"]], self.rows[node["right"]])
        rows = [[a * b for a, b in zip(left, right)] for left, right in pairs]
        return self.rescaled(rows, node), node["element"], self.places[node["left"]]

    def pool(self, node):
        sums, shift = [sum(column) for column in zip(*self.rows[node["input"]])], 0
        while any(abs(x >> shift) > R24 for x in sums):
            shift += 1
        rows = [self.normalised([x >> shift for x in sums], False)]
        return self.rescaled(rows, node), node["element"], None

    def select(self, node):
        return [self.rows[node["input"]][-1 if node["last"] else 0]], self.elements[node["input"]], None

    def argmax(self, node):
        return [[row.index(max(row))] for row in self.rows[node["input"]]], ID, self.places[node["input"]]

    def windows(self, node):
        """For each window the positions that it reads, None beyond the border; and how the windows lie."""
        height, width = self.places[node["input"]]
        window = node["window"]
        (kh, kw), (sh, sw), (dh, dw) = window["kernel"], window["stride"], window["dilation"]
        above, left, below, right = window["padding"]
        down = (height + above + below - (kh - 1) * dh - 1) // sh + 1
        across = (width + left + right - (kw - 1) * dw - 1) // sw + 1

        def position(i, j, a, b):
            y, x = i * sh - above + a * dh, j * sw - left + b * dw
            return y * width + x if 0 <= y < height and 0 <= x < width else None

        places = [(a, b) for a in range(kh) for b in range(kw)]
        found = [[position(i, j, a, b) for a, b in places] for i in range(down) for j in range(across)]
        return found, (down, across)

    def conv2d(self, node):
        read, outputs = self.rows[node["input"]], node["outputs"]
        count, filters = len(read[0]) // node["groups"], outputs // node["groups"]
        windows, places = self.windows(node)
        terms = len(windows[0]) * count
        self.work += len(windows) * outputs * terms * (2 if self.elements[node["input"]] == I16 else 1)
        beyond, rows = [node["pad"]] * len(read[0]), []
        offsets = [node["rows"] + o * (terms + 13) for o in range(outputs)]
        weights = [self.weights(at, terms) for at in offsets]
        for i, window in enumerate(windows):
            patch, row = [beyond if p is None else read[p] for p in window], []
            for o, at in enumerate(offsets):
                first = o // filters * count
                x = [x for position in patch for x in position[first : first + count]]
                z = sum(map(int.__mul__, weights[o], x))
                row.append(self.added(node, i, o, self.rescale(z, at + terms, node["element"])))
            rows.append(row)
        return rows, node["element"], places

    def maxpool2d(self, node):
        read = self.rows[node["input"]]
        windows, places = self.windows(node)
        self.work += len(windows) * len(windows[0]) * len(read[0])
        rows = [[max(x) for x in zip(*(read[p] for p in window if p is not None))] for window in windows]
        return rows, self.elements[node["input"]], places

    def globalpool(self, node):
        read = self.rows[node["input"]]
        self.work += len(read) * len(read[0])
        return self.rescaled([[sum(column) for column in zip(*read)]], node), node["element"], None

    def requantize(self, node):
        rows = self.rescaled(self.rows[node["input"]], node)
        return rows, node["element"], self.places[node["input"]]

    def faults(self):
        """How many records, scales and wide numbers are out of range."""

        found = 0
        for number, node in enumerate(self.nodes):
            width = len(self.rows[number][0])
            if "rescales" in node:
                found += sum(not self.fine(node["rescales"] + 13 * c) for c in range(width))
            if "rows" in node:
                count = node.get("outputs", self.nodes[0].get("vocabulary"))
                terms = self.terms(node)
                found += sum(not self.fine(node["rows"] + j * (terms + 13) + terms) for j in range(count))
            if node.get("table"):
                found += sum(not self.fine(node["table"][1] + 13 * j) for j in range(width))
            if "scales" in node:
                heads = len(self.rows[number][0]) // self.seen(0)
                found += sum(not self.fine_scale(node["scales"] + 5 * h) for h in range(heads))
            if node.get("positions") is not None:
                count = self.max_tokens * width
                numbers = struct.unpack_from(f"<{count}i", self.blob, node["positions"])
                found += sum(abs(x) > R24 for x in numbers)
        return found

    def terms(self, node):
        """Weights of a row of an operator that has rows."""
        if node["is"] == "Embed":
            return node["width"]
        read = len(self.rows[node["input"]][0])
        if node["is"] == "Linear":
            return read
        down, across = node["window"]["kernel"]
        return down * across * read // node["groups"]

    # What is committed to

    def cone(self, segment, row):
        """The leaves of the cone of a row of a segment's last node."""
        ends = self.trunk + [len(self.nodes) - 1] * (self.trunk[-1] < len(self.nodes) - 1)
        start, end = ends[segment - 1] + 1 if segment else 1, ends[segment]
        needed, cut = {end: "same"}, []
        for number in range(end, start - 1, -1):
            node = self.nodes[number]
            for field in READS if number in needed else ():
                read = node.get(field)
                if read is not None and read >= start:
                    across = "all" if field in ACROSS.get(node["is"], ()) else needed[number]
                    needed[read] = max(across, needed.get(read, ""), key=("", "same", "all").index)
        count = len(self.rows[end])
        seen = row + 1 if self.causal and count == len(self.ids) and not self.one_row(end) else None
        columns = {node["values"] for node in self.nodes if node["is"] == "Context"}
        columns |= {node["input"] for node in self.nodes if node["is"] == "GlobalPool"}
        for number in sorted(needed):
            rows, size = self.row_bytes(number), BYTES[self.elements[number]]
            chosen = rows[:seen] if needed[number] == "all" else [rows[row]]
            if self.nodes[number]["is"] == "Pool":
                sums = [0] * len(self.rows[number][0])
                for x in self.rows[self.nodes[number]["input"]]:
                    sums = [a + b for a, b in zip(sums, x)]
                    cut += leaves(struct.pack(f"<{len(sums)}q", *sums))
            for each in chosen:
                cut += leaves(each)
            if needed[number] == "all" and number in columns:
                for c in range(0, len(rows[0]), size):
                    cut += leaves(b"".join(each[c : c + size] for each in chosen))
        return cut

    def one_row(self, number):
        """Whether a sequence has one row of this node, whatever its length."""
        node = self.nodes[number]
        if node["is"] in ("Pool", "Select", "GlobalPool"):
            return True
        reads = [node[field] for field in READS if node.get(field) is not None]
        return node["is"] != "Embed" and bool(reads) and self.one_row(reads[0])

    def row_bytes(self, node):
        size = BYTES[self.elements[node]]
        return [b"".join((x % 256**size).to_bytes(size, "little") for x in row) for row in self.rows[node]]


def leaves(data):
    return [keyed(LEAF, data[i : i + 4096]) for i in range(0, len(data), 4096)]


def tree_root(level):
    level = level + [bytes(32)] * ((1 << (len(level) - 1).bit_length()) - len(level))
    while len(level) > 1:
        level = [keyed(NODE, level[i] + level[i + 1]) for i in range(0, len(level), 2)]
    return level[0]


def unpacked(pieces):
    return b"".join(bytes.fromhex(piece) * times for piece, times in pieces)


def check(vector):
    """What an implementation finds, in the words of the vector."""
    model, blob = bytes.fromhex(vector["model"]), unpacked(vector["blob"])
    batch = [Execution(model, blob, unpacked(posted)) for posted in vector["batch"]]
    _, _, nodes, trunk, root, _ = decode(model)
    rows = [b"".join(b"".join(each.row_bytes(node)) for each in batch) for node in range(len(nodes))]
    cut = [leaf for node in trunk for each in batch for row in each.row_bytes(node) for leaf in leaves(row)]
    name = hashlib.blake2b(model, digest_size=32).digest()
    trunk_root, output_root = tree_root(cut), tree_root(leaves(rows[-1]))
    ends = trunk + [len(nodes) - 1] * (trunk[-1] < len(nodes) - 1)
    cones = [batch[0].cone(segment, len(batch[0].rows[end]) - 1) for segment, end in enumerate(ends)]
    return {
        "blob_root": root.hex() if blake3(blob) == root else "another",
        "faults": batch[0].faults(),
        "mac": [each.work for each in batch],
        "rows": [blake3(each).hex() for each in rows],
        "trunk_root": trunk_root.hex(),
        "output_root": output_root.hex(),
        "cone_roots": [tree_root(cone).hex() for cone in cones],
        "root": keyed(ROOT, name + bytes.fromhex(vector["input_hash"]) + trunk_root + output_root).hex(),
    }


def main():
    file, wrong = json.loads((HERE / "rows.json").read_text()), []
    for vector in file["vectors"]:
        try:
            found = check(vector)
            different = [key for key, value in found.items() if vector[key] != value]
        except Exception as error:  # whatever it is, the vector isn't understood
            different = [repr(error)]
        if different:
            wrong.append(vector["name"])
            print(vector["name"], "differs in", ", ".join(different))
    used = {node["is"] for vector in file["vectors"] for node in decode(bytes.fromhex(vector["model"]))[2]}
    unused = {name for name, _ in FIELDS.values()} - used
    print(f"{len(file['vectors'])} vectors, {len(wrong)} differ; operators without a vector: {sorted(unused) or 'none'}")
    sys.exit(bool(wrong or unused))


if __name__ == "__main__":
    main()
