"""BLAKE3 in plain Python, from its published specification: hash, keyed hash and key derivation, 32 bytes of output."""

M = 0xFFFFFFFF
IV = (0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A, 0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19)
PERMUTATION = (2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8)
MIXED = (
    (0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15),
    (0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14),
)
CHUNK_START, CHUNK_END, PARENT, ROOT, KEYED, CONTEXT, MATERIAL = 1, 2, 4, 8, 16, 32, 64


def words(data):
    return [int.from_bytes(data[i : i + 4], "little") for i in range(0, len(data), 4)]


def turn(x, by):
    return (x >> by | x << (32 - by)) & M


def compress(chain, block, counter, length, flags):
    v = list(chain) + list(IV[:4]) + [counter & M, counter >> 32, length, flags]
    block = list(block)
    for _ in range(7):
        for i, (a, b, c, d) in enumerate(MIXED):
            v[a] = (v[a] + v[b] + block[2 * i]) & M
            v[d] = turn(v[d] ^ v[a], 16)
            v[c] = (v[c] + v[d]) & M
            v[b] = turn(v[b] ^ v[c], 12)
            v[a] = (v[a] + v[b] + block[2 * i + 1]) & M
            v[d] = turn(v[d] ^ v[a], 8)
            v[c] = (v[c] + v[d]) & M
            v[b] = turn(v[b] ^ v[c], 7)
        block = [block[i] for i in PERMUTATION]
    return [v[i] ^ v[i + 8] for i in range(8)]


def last_of_chunk(key, data, counter, flags):
    """What the last compression of a chunk takes."""
    blocks = [data[i : i + 64] for i in range(0, len(data), 64)] or [b""]
    chain = key
    for i, block in enumerate(blocks):
        here = flags | (CHUNK_START if i == 0 else 0) | (CHUNK_END if i == len(blocks) - 1 else 0)
        arguments = (chain, words(block.ljust(64, b"\0")), counter, len(block), here)
        if i < len(blocks) - 1:
            chain = compress(*arguments)
    return arguments


def last_of_tree(key, data, counter, flags):
    """What the last compression of a subtree takes: the left side has the largest power of two of chunks."""
    if len(data) <= 1024:
        return last_of_chunk(key, data, counter, flags)
    chunks = 1 << ((len(data) - 1) // 1024).bit_length() - 1
    left = compress(*last_of_tree(key, data[: chunks * 1024], counter, flags))
    right = compress(*last_of_tree(key, data[chunks * 1024 :], counter + chunks, flags))
    return key, left + right, 0, 64, flags | PARENT


def digest(key, data, flags):
    chain, block, counter, length, here = last_of_tree(key, data, 0, flags)
    return b"".join(word.to_bytes(4, "little") for word in compress(chain, block, counter, length, here | ROOT))


def blake3(data):
    return digest(IV, data, 0)


def keyed(key, data):
    return digest(words(key), data, KEYED)


def derive_key(context):
    """The key of a context, from no material."""
    return digest(words(digest(IV, context.encode(), CONTEXT)), b"", MATERIAL)
