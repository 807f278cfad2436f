//! Weights that lie in files beside an ONNX file.

use std::{
    collections::{
        hash_map::Entry::{Occupied, Vacant},
        HashMap,
    },
    fs::{File, Metadata},
    io::{Read, Seek, SeekFrom},
    path::{Component, Path, PathBuf},
};

use crate::{
    files::MAX_WEIGHT_BYTES,
    onnx::{Graph, Tensor},
    refusal::Refusal,
};

/// [`Tensor::data_location`] of data in another file.
const EXTERNAL: i32 = 1;

/// A file beside the graph.
struct Beside {
    file: File,
    length: u64,
    /// Bytes that tensors have taken.
    taken: u64,
}

/// The files that were opened, by their place in the folder, and the bytes that may still be read of all of them.
struct Files<'a> {
    folder: &'a Path,
    opened: HashMap<PathBuf, Beside>,
    left: u64,
}

/// Reads into the graph what its tensors have in other files of its folder. Gives the bytes that these are.
///
/// # Errors
/// [`Refusal`] of a file outside the folder, of one that is missing or too short, and of tensors that overlap or are too long.
pub(super) fn read_in(graph: &mut Graph, folder: &Path) -> Result<u64, Refusal> {
    read_in_up_to(MAX_WEIGHT_BYTES, graph, folder)
}

fn read_in_up_to(limit: u64, graph: &mut Graph, folder: &Path) -> Result<u64, Refusal> {
    let mut files = Files { folder, opened: HashMap::new(), left: limit };
    for tensor in &mut graph.initializer {
        if tensor.data_location == EXTERNAL {
            let bytes = data(tensor, &mut files)
                .map_err(|refusal| refusal.about(&format!("the data of the tensor {}:", tensor.name)))?;
            tensor.raw_data = bytes;
            tensor.data_location = 0;
            tensor.external_data.clear();
        }
    }
    Ok(limit.saturating_sub(files.left))
}

fn data(tensor: &Tensor, files: &mut Files<'_>) -> Result<Vec<u8>, Refusal> {
    let entry =
        |key: &str| tensor.external_data.iter().find(|entry| entry.key == key).map(|entry| &entry.value);
    let number = |key: &str| match entry(key) {
        None => Ok(None),
        Some(text) => text.parse::<u64>().map(Some).map_err(
            |_| refusal!("its {key} is '{text}', which is no number of bytes"; "export the model again"),
        ),
    };
    let name = entry("location")
        .ok_or_else(|| refusal!("it doesn't say in which file it lies"; "export the model again"))?;
    let beside = match files.opened.entry(place(name)?) {
        Occupied(opened) => opened.into_mut(),
        Vacant(free) => {
            let opened = open(&files.folder.join(free.key())).ok_or_else(|| missing(name))?;
            free.insert(opened)
        }
    };
    let offset = number("offset")?.unwrap_or(0);
    let length = number("length")?.unwrap_or(beside.length.saturating_sub(offset));
    if offset.checked_add(length).is_none_or(|end| end > beside.length) {
        return Err(refusal!(
            "it has {length} bytes from byte {offset} of '{name}', which has {} bytes", beside.length;
            "download that file again, it was cut or is another model's"
        ));
    }
    beside.taken = beside.taken.saturating_add(length);
    if beside.taken > beside.length {
        return Err(refusal!(
            "it overlaps with others in '{name}'";
            "export the model again"
        ));
    }
    files.left = files.left.checked_sub(length).ok_or_else(|| {
        refusal!(
            "with it more than {MAX_WEIGHT_BYTES} bytes lie beside the graph";
            "take a smaller model"
        )
    })?;
    let failed = |error: std::io::Error| refusal!("can't read '{name}': {error}"; "download that file again");
    let mut bytes = Vec::new();
    beside.file.seek(SeekFrom::Start(offset)).map_err(failed)?;
    beside.file.by_ref().take(length).read_to_end(&mut bytes).map_err(failed)?;
    Ok(bytes)
}

/// The place of a file of the folder, or of one inside it. One file may be named in many ways; this one is the same for all.
fn place(name: &str) -> Result<PathBuf, Refusal> {
    let parts = Path::new(name).components().filter(|part| *part != Component::CurDir);
    let is_inside = |part: Component<'_>| matches!(part, Component::Normal(_));
    let place: PathBuf = parts.clone().collect();
    if !parts.clone().all(is_inside) || parts.count() == 0 {
        return Err(refusal!(
            "it would lie in '{name}', outside the graph's folder";
            "don't trust this file, and export the model yourself"
        ));
    }
    Ok(place)
}

/// Opens a file. A link is followed wherever it leads, since caches of downloaded models are folders of links: what a graph
/// says reaches no further than links that somebody put into its folder.
fn open(path: &Path) -> Option<Beside> {
    let file = File::open(path).ok()?;
    let metadata = file.metadata().ok().filter(Metadata::is_file)?;
    Some(Beside { file, length: metadata.len(), taken: 0 })
}

fn missing(name: &str) -> Refusal {
    refusal!(
        "it lies in '{name}', which isn't in the graph's folder or can't be read";
        "put that file beside the ONNX file, under this name"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::onnx::{Entry, FLOAT};

    fn graph(entries: &[(&str, &str)]) -> Graph {
        let entry = |(key, value): &(&str, &str)| Entry { key: (*key).into(), value: (*value).into() };
        let tensor = Tensor {
            name: "w".into(),
            dims: vec![2],
            data_type: FLOAT,
            data_location: EXTERNAL,
            external_data: entries.iter().map(entry).collect(),
            ..Tensor::default()
        };
        Graph { initializer: vec![tensor; 2], ..Graph::default() }
    }

    #[test]
    fn data_is_read_from_the_folder_alone() {
        let folder = std::env::temp_dir().join(format!("millrace-data-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a temporary folder");
        std::fs::write(folder.join("w.data"), [1, 2, 3, 4, 5, 6, 7, 8]).expect("a temporary file");
        let mut fine = graph(&[("location", "w.data"), ("offset", "4"), ("length", "4")]);
        assert_eq!(read_in(&mut fine, &folder), Ok(8));
        assert_eq!(fine.initializer[1].raw_data, [5, 6, 7, 8]);
        assert!(fine.initializer[1].data_location == 0 && fine.initializer[1].external_data.is_empty());
        let to_the_end = &mut graph(&[("location", "w.data"), ("offset", "6")]);
        assert_eq!(read_in(to_the_end, &folder), Ok(4));
        assert_eq!(to_the_end.initializer[0].raw_data, [7, 8]);
        let refused: [(&[(&str, &str)], &str); 9] = [
            (&[("location", "../w.data")], "outside the graph's folder"),
            (&[("location", "/etc/hostname")], "outside the graph's folder"),
            (&[("location", "")], "outside the graph's folder"),
            (&[("location", ".")], "outside the graph's folder"),
            (&[("location", "other.data")], "put that file beside"),
            (&[("location", "w.data"), ("offset", "1"), ("length", "8")], "it was cut"),
            (&[("location", "w.data"), ("offset", "18446744073709551615"), ("length", "8")], "it was cut"),
            (&[("location", "w.data"), ("length", "five")], "no number of bytes"),
            (&[("location", "w.data")], "overlaps with others"),
        ];
        for (entries, said) in refused {
            let message = read_in(&mut graph(entries), &folder).expect_err("refused").to_string();
            assert!(message.starts_with("the data of the tensor w: ") && message.contains(said), "{message}");
        }
        let message = read_in(&mut graph(&[]), &folder).expect_err("refused").to_string();
        assert!(message.contains("in which file"), "{message}");
        let mut elsewhere = graph(&[("location", "./w.data"), ("length", "4")]);
        assert_eq!(read_in(&mut elsewhere, &folder), Ok(8));
        std::fs::create_dir_all(folder.join("inner")).expect("a temporary folder");
        let message =
            read_in(&mut graph(&[("location", "inner")]), &folder).expect_err("refused").to_string();
        assert!(message.contains("can't be read"), "{message}");
        // However a file is named, its bytes are taken once, and those of all files are bounded together.
        std::fs::write(folder.join("inner/w.data"), [1; 8]).expect("a temporary file");
        let two = |first: &str, second: &str| {
            let mut graph = graph(&[("location", first), ("length", "8")]);
            graph.initializer[1].external_data[0].value = second.into();
            graph
        };
        let spellings = ["inner//w.data", "inner/./w.data", "./inner/w.data"];
        for spelling in spellings {
            let message =
                read_in(&mut two("inner/w.data", spelling), &folder).expect_err("refused").to_string();
            assert!(message.contains(&format!("overlaps with others in '{spelling}'")), "{message}");
        }
        assert_eq!(read_in(&mut two("inner/w.data", "w.data"), &folder), Ok(16));
        assert_eq!(read_in_up_to(16, &mut two("inner/w.data", "w.data"), &folder), Ok(16));
        let message =
            read_in_up_to(15, &mut two("inner/w.data", "w.data"), &folder).expect_err("15").to_string();
        assert!(message.contains("bytes lie beside the graph"), "{message}");
        std::fs::remove_dir_all(folder).expect("it is there");
    }
}
