//! BLAKE3 with a key, of many messages of one length side by side: rows are so short that one alone fills a fraction of a
//! processor's vectors. docs/benchmarks.md has what that gains.
//!
//! The crate hashes side by side what is one long message, and has no stable function for many short ones. What it has for that
//! lies in `platform`, open but undocumented, so its version is pinned; the self-test holds what comes of it against the reference.

use blake3::{
    platform::{le_bytes_from_words_32, words_from_le_bytes_32, Platform},
    IncrementCounter,
};
use millrace_inference::rows::commitment::Hash;

/// Bytes of a block and of a chunk, and the flags that a compression gets: the BLAKE3 paper's section 2.
const BLOCK: usize = 64;
const CHUNK: usize = 1024;
const CHUNK_START: u8 = 1 << 0;
const CHUNK_END: u8 = 1 << 1;
const PARENT: u8 = 1 << 2;
const ROOT: u8 = 1 << 3;
const KEYED: u8 = 1 << 4;

/// What a compression gets besides its blocks.
#[derive(Clone, Copy)]
struct Given {
    counter: u64,
    flags: u8,
    start: u8,
    end: u8,
}

/// The keyed hash of each of these messages, which all have the length of the first one.
pub(super) fn keyed_hashes(key: &Hash, messages: &[&[u8]]) -> Vec<Hash> {
    let hashing = Hashing { platform: Platform::detect(), key };
    let length = messages.first().map_or(0, |message| message.len());
    let chunks = length.div_ceil(CHUNK).max(1);
    let root = if chunks == 1 { ROOT } else { 0 };
    let of = |at: usize| {
        let part: Vec<&[u8]> =
            messages.iter().map(|message| &message[at * CHUNK..length.min((at + 1) * CHUNK)]).collect();
        hashing.chunks(&part, at as u64, root)
    };
    let mut level: Vec<Vec<Hash>> = (0..chunks).map(of).collect();
    // A tree whose left parts are full: what has no neighbour goes up as it is.
    while level.len() > 1 {
        let root = if level.len() == 2 { ROOT } else { 0 };
        level = level
            .chunks(2)
            .map(|pair| match pair {
                [left, right] => hashing.parents(left, right, root),
                _ => pair.concat(),
            })
            .collect();
    }
    level.concat()
}

struct Hashing<'a> {
    platform: Platform,
    key: &'a Hash,
}

impl Hashing<'_> {
    /// What each chunk of one length comes to: its whole blocks side by side, and what is left of it by itself.
    fn chunks(&self, chunks: &[&[u8]], counter: u64, root: u8) -> Vec<Hash> {
        let length = chunks.first().map_or(0, |chunk| chunk.len());
        let blocks = length / BLOCK;
        let last = CHUNK_END | root;
        if blocks > 0 && length.is_multiple_of(BLOCK) {
            return self.blocks(
                blocks,
                chunks,
                Given { counter, flags: KEYED, start: CHUNK_START, end: last },
            );
        }
        let whole: Vec<&[u8]> = chunks.iter().map(|chunk| &chunk[..blocks * BLOCK]).collect();
        let (mut made, first) = match blocks {
            0 => (vec![*self.key; chunks.len()], CHUNK_START),
            _ => {
                (self.blocks(blocks, &whole, Given { counter, flags: KEYED, start: CHUNK_START, end: 0 }), 0)
            }
        };
        for (made, chunk) in made.iter_mut().zip(chunks) {
            let (rest, mut block) = (&chunk[blocks * BLOCK..], [0; BLOCK]);
            block[..rest.len()].copy_from_slice(rest);
            let mut words = words_from_le_bytes_32(made);
            let flags = KEYED | first | last;
            self.platform.compress_in_place(&mut words, &block, rest.len() as u8, counter, flags);
            *made = le_bytes_from_words_32(&words);
        }
        made
    }

    /// What each pair comes to.
    fn parents(&self, left: &[Hash], right: &[Hash], root: u8) -> Vec<Hash> {
        let pairs: Vec<[u8; BLOCK]> = left.iter().zip(right).map(|(left, right)| pair(left, right)).collect();
        let pairs: Vec<&[u8]> = pairs.iter().map(<[u8; BLOCK]>::as_slice).collect();
        self.blocks(1, &pairs, Given { counter: 0, flags: KEYED | PARENT | root, start: 0, end: 0 })
    }

    /// What each of these comes to, all of so many blocks.
    fn blocks(&self, blocks: usize, messages: &[&[u8]], given: Given) -> Vec<Hash> {
        macro_rules! of_length {
            ($($count:literal)*) => {
                match blocks {
                    $($count => self.many::<{ $count * BLOCK }>(messages, given),)*
                    _ => unreachable!("a chunk has at most 16 blocks; qed"),
                }
            };
        }
        of_length!(1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16)
    }

    fn many<const LENGTH: usize>(&self, messages: &[&[u8]], given: Given) -> Vec<Hash> {
        let Given { counter, flags, start, end } = given;
        let messages: Vec<&[u8; LENGTH]> =
            messages.iter().filter_map(|message| message.first_chunk()).collect();
        let mut made = vec![[0; 32]; messages.len()];
        let key = words_from_le_bytes_32(self.key);
        let room = made.as_flattened_mut();
        self.platform.hash_many(&messages, &key, counter, IncrementCounter::No, flags, start, end, room);
        made
    }
}

/// Two hashes behind one another.
fn pair(left: &Hash, right: &Hash) -> [u8; BLOCK] {
    let mut pair = [0; BLOCK];
    pair[..32].copy_from_slice(left);
    pair[32..].copy_from_slice(right);
    pair
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_hashed_as_alone() {
        let key = [7; 32];
        let lengths = [0, 1, 63, 64, 65, 96, 128, 640, 1023, 1024, 1025, 1280, 1536, 2048, 2304, 3000, 4096];
        for length in lengths {
            for count in [0, 1, 2, 3, 15, 16, 17, 40] {
                let messages: Vec<Vec<u8>> = (0..count)
                    .map(|index| (0..length).map(|at| (at * 31 + index * 7 + at / 251) as u8).collect())
                    .collect();
                let messages: Vec<&[u8]> = messages.iter().map(Vec::as_slice).collect();
                let alone: Vec<Hash> =
                    messages.iter().map(|message| blake3::keyed_hash(&key, message).into()).collect();
                assert_eq!(keyed_hashes(&key, &messages), alone, "{count} of {length}");
            }
        }
    }
}
