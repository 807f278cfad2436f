//! Files made by hand: whole ones, cut ones and hostile ones.

use super::*;

/// A file in the making.
#[derive(Clone, Default)]
struct File {
    values: Vec<u8>,
    value_count: u64,
    entries: Vec<u8>,
    entry_count: u64,
    data: Vec<u8>,
}

fn text(text: &str) -> Vec<u8> {
    [&(text.len() as u64).to_le_bytes()[..], text.as_bytes()].concat()
}

impl File {
    fn value(mut self, key: &str, kind: u32, bytes: &[u8]) -> Self {
        self.values.extend([text(key), kind.to_le_bytes().to_vec(), bytes.to_vec()].concat());
        self.value_count += 1;
        self
    }

    fn tensor(mut self, name: &str, axes: &[u64], kind: u32, offset: u64) -> Self {
        self.entries.extend(text(name));
        self.entries.extend((axes.len() as u32).to_le_bytes());
        self.entries.extend(axes.iter().flat_map(|axis| axis.to_le_bytes()));
        self.entries.extend(kind.to_le_bytes());
        self.entries.extend(offset.to_le_bytes());
        self.entry_count += 1;
        self
    }

    fn data(mut self, data: &[u8]) -> Self {
        self.data = data.to_vec();
        self
    }

    fn bytes(&self) -> Vec<u8> {
        self.claiming(self.entry_count, self.value_count)
    }

    fn claiming(&self, tensors: u64, values: u64) -> Vec<u8> {
        let mut bytes = b"GGUF\x03\0\0\0".to_vec();
        bytes.extend([tensors, values].iter().flat_map(|count| count.to_le_bytes()));
        bytes.extend(&self.values);
        bytes.extend(&self.entries);
        bytes.resize(bytes.len().next_multiple_of(32), 0);
        bytes.extend(&self.data);
        bytes
    }
}

fn refused(bytes: &[u8]) -> String {
    Gguf::new(bytes).err().expect("refused").to_string()
}

fn small() -> File {
    let numbers: Vec<u8> = [1.0f32, 2.0, 3.0, 4.0, 5.0, 6.0].iter().flat_map(|x| x.to_le_bytes()).collect();
    let list = [&8u32.to_le_bytes()[..], &2u64.to_le_bytes(), &text("a"), &text("bc")].concat();
    File::default()
        .value("general.architecture", 8, &text("llama"))
        .value("count", 4, &7u32.to_le_bytes())
        .value("less", 5, &(-7i32).to_le_bytes())
        .value("real", 6, &0.5f32.to_le_bytes())
        .value("flag", 7, &[1])
        .value("texts", 9, &list)
        .value("numbers", 9, &[&5u32.to_le_bytes()[..], &1u64.to_le_bytes(), &3i32.to_le_bytes()].concat())
        .tensor("w", &[3, 2], 0, 0)
        .data(&numbers)
}

#[test]
fn a_file_is_read() {
    let bytes = small().bytes();
    let file = Gguf::new(&bytes).expect("a file");
    assert_eq!(file.value("general.architecture"), Some(Value::Text("llama")));
    assert_eq!(file.value("count"), Some(Value::Whole(7)));
    assert_eq!(file.value("less"), Some(Value::Whole(-7)));
    assert_eq!(file.value("real"), Some(Value::Real(0.5)));
    assert_eq!(file.value("flag"), Some(Value::Flag(true)));
    let list = |key: &str| match file.value(key) {
        Some(Value::List(list)) => list.values().collect::<Result<Vec<_>, _>>().expect("values"),
        other => panic!("{other:?}"),
    };
    assert_eq!(list("texts"), [Value::Text("a"), Value::Text("bc")]);
    assert_eq!(list("numbers"), [Value::Whole(3)]);
    assert_eq!(file.names(), ["w"]);
    // The innermost axis comes first in the file.
    let matrix = file.matrix("w", 2, 3).expect("there");
    assert_eq!(matrix, ndarray::array![[1.0f32, 2.0, 3.0], [4.0, 5.0, 6.0]]);
    assert!(file
        .matrix("w", 3, 2)
        .expect_err("turned")
        .to_string()
        .contains("shape [2, 3], expected [3, 2]"));
    assert!(file.vector("v", 1).expect_err("missing").to_string().contains("no tensor v;"));
    let infinite = small().data(&f32::INFINITY.to_le_bytes().repeat(6)).bytes();
    let file = Gguf::new(&infinite).expect("a file");
    assert!(file.matrix("w", 2, 3).expect_err("infinite").to_string().contains("finite"));
}

#[test]
fn every_prefix_is_refused() {
    let whole = small().bytes();
    for length in 0..whole.len() {
        let message = refused(&whole[..length]);
        assert!(message.contains("download"), "{length}: {message}");
    }
}

#[test]
fn foreign_files_are_refused() {
    assert!(refused(b"PK\x03\x04 and so on").contains("don't begin with 'GGUF'"));
    assert!(refused(b"GGUF\x01\0\0\0").contains("version 1"));
    // Big-endian files have the version's bytes the other way round.
    assert!(refused(b"GGUF\0\0\0\x03").contains("little-endian"));
}

#[test]
fn counts_and_lengths_are_not_believed() {
    let huge = 1u64 << 60;
    for (tensors, values) in [(huge, 7), (1, huge), (u64::MAX, u64::MAX)] {
        let message = refused(&small().claiming(tensors, values));
        assert!(message.contains("GGUF file"), "{message}");
    }
    for kind in [0u32, 8, 12] {
        let list = [&kind.to_le_bytes()[..], &huge.to_le_bytes()].concat();
        assert!(refused(&File::default().value("list", 9, &list).bytes()).contains("ends within its header"));
    }
    let long = File::default().value("text", 8, &huge.to_le_bytes()).bytes();
    assert!(refused(&long).contains("ends within its header"));
    let lists = File::default().value("lists", 9, &[&9u32.to_le_bytes()[..], &[0; 8]].concat()).bytes();
    assert!(refused(&lists).contains("kind 9"));
    assert!(refused(&File::default().value("new", 13, &[]).bytes()).contains("kind 13"));
    assert!(
        refused(&File::default().value("text", 8, &[1, 0, 0, 0, 0, 0, 0, 0, 255]).bytes()).contains("UTF-8")
    );
}

#[test]
fn tensors_lie_within_the_file_and_apart() {
    let with = |axes: &[u64], kind: u32, offset: u64| {
        refused(&File::default().tensor("w", axes, kind, offset).data(&[0; 64]).bytes())
    };
    for (axes, offset) in
        [(&[17][..], 0), (&[16], 1), (&[1], u64::MAX), (&[1], 1 << 60), (&[1 << 50, 1 << 10], 0)]
    {
        assert!(with(axes, 0, offset).contains("would end after its 64 bytes"), "{axes:?} {offset}");
    }
    for axes in [&[1 << 60, 1 << 60][..], &[1 << 62, 4]] {
        assert!(with(axes, 0, 0).contains("impossible shape"), "{axes:?}");
    }
    // Rows are whole blocks.
    assert!(with(&[33], 8, 0).contains("impossible shape"));
    assert!(with(&[], 0, 0).contains("0 axes"));
    assert!(with(&[1; 5], 0, 0).contains("5 axes"));
    assert!(with(&[1], 15, 0).contains("kind 15, which isn't read; take a file whose tensors are of F32"));
    let both = File::default().tensor("v", &[12], 0, 0).tensor("w", &[12], 0, 0).data(&[0; 64]);
    assert!(refused(&both.bytes()).contains("share bytes: together they would have 96 of 64"));
    let twice = File::default().tensor("w", &[1], 0, 0).tensor("w", &[1], 0, 4).data(&[0; 64]);
    assert!(refused(&twice.bytes()).contains("has w twice"));
    assert!(refused(&File::default().value("k", 7, &[0]).value("k", 7, &[0]).bytes()).contains("has k twice"));
}

#[test]
fn tensors_begin_where_the_alignment_says() {
    let aligned = |alignment: u32| {
        let file = File::default().value("general.alignment", 4, &alignment.to_le_bytes());
        let mut bytes = file.tensor("w", &[1], 0, 0).bytes();
        bytes.resize(1_024, 0);
        bytes.extend(1.0f32.to_le_bytes());
        bytes
    };
    for (alignment, number) in [(1_024, 1.0f32), (32, 0.0)] {
        let bytes = aligned(alignment);
        let numbers = Gguf::new(&bytes).and_then(|file| file.vector("w", 1)).expect("there");
        assert_eq!(numbers.to_vec(), [number]);
    }
    for alignment in [0, 24] {
        assert!(refused(&aligned(alignment)).contains("no power of two"), "{alignment}");
    }
}

/// Bytes of a whole file replaced at random: a sentence or tensors, and never more of these than the file has bytes for.
#[test]
fn damaged_files_never_panic() {
    let whole = small().bytes();
    let mut state = 1u64;
    let mut random = |limit: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % limit
    };
    let mut read = 0;
    for _ in 0..200_000 {
        let mut bytes = whole.clone();
        for _ in 0..=random(3) {
            let at = random(bytes.len());
            bytes[at] = [0, 1, 2, 8, 9, 127, 255, random(256) as u8][random(8)];
        }
        bytes.truncate(whole.len() - random(2) * random(whole.len()));
        let Ok(file) = Gguf::new(&bytes) else { continue };
        read += 1;
        let floats: usize =
            file.tensors.values().map(|tensor| tensor.stored.floats(tensor.bytes).len()).sum();
        assert!(floats <= 2 * bytes.len());
    }
    assert!(read > 10_000, "{read}");
}
