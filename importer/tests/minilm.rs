//! all-MiniLM-L6-v2 as it is distributed: how near its integers come to its floats, on texts that its scales don't come from, and
//! whether every element of its executions follows from its operands alone. `scripts/test-models.sh` downloads it and runs this.
#![allow(missing_docs)]

use std::{
    cmp::Ordering,
    collections::{BTreeMap, HashSet},
    ops::{Add, Neg},
    path::PathBuf,
    sync::LazyLock,
    time::Instant,
};

use millrace_importer::text::{commit, quantize, recompute, Bert, Bundle, Comparison, Source, Texts};
use millrace_inference::{
    random::Random,
    rows::{
        element, openings, Blob, CheckedModel, Node, Opened, OpenedValues, Openings, Part, Place, Sequence,
        Width,
    },
};

/// Elements that are recomputed.
const ELEMENTS: u32 = 10_000;

/// The texts to measure on, one in each line.
fn held_out() -> Vec<String> {
    include_str!("held_out.txt").lines().map(str::to_owned).collect()
}

/// The float model, and the integers that it becomes; made once for all tests.
struct MiniLm {
    bert: Bert,
    bundle: Bundle,
    /// Ids of the held-out texts.
    held_out: Vec<Vec<u32>>,
}

static MINILM: LazyLock<MiniLm> = LazyLock::new(|| {
    let folder = PathBuf::from(std::env::var("MILLRACE_MINILM").expect("the folder with model.safetensors"));
    let source = Source::new(&folder);
    let (bert, tokens) = (source.bert(None).expect("an encoder"), source.tokens().expect("a tokenizer"));
    let ids = |texts: &[String]| -> Vec<Vec<u32>> {
        texts.iter().map(|text| tokens.ids(text, 256).expect("short")).collect()
    };
    let (calibration, held_out) = (ids(&Texts::built_in().calibration), ids(&held_out()));
    let quantized = quantize(&bert, &calibration, &|| ()).expect("quantizable");
    quantized.choices.iter().for_each(|choice| println!("{choice:?}"));
    MiniLm { bert, bundle: Bundle::new(quantized, tokens).expect("registrable"), held_out }
});

/// A text without what doesn't change its words.
fn words(text: &str) -> String {
    let lower = text.to_lowercase();
    let words = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ")
}

#[test]
fn calibration_saw_none_of_the_held_out_texts() {
    let texts = Texts::built_in();
    let held_out: HashSet<String> = held_out().iter().map(|text| words(text)).collect();
    assert!(held_out.len() >= 200, "{} different texts", held_out.len());
    for text in texts.calibration.iter().chain(&texts.held_out) {
        assert!(!held_out.contains(&words(text)), "{text}");
    }
    let lengths = held_out.iter().map(|text| text.split(' ').count());
    assert!(lengths.clone().min() <= Some(3) && lengths.max() >= Some(60));
}

#[test]
#[ignore = "takes a download of 84 MB and a minute; scripts/test-models.sh runs it"]
fn minilm_keeps_its_embeddings() {
    let MiniLm { bert, bundle, held_out } = &*MINILM;
    let integers = bundle.embeddings(held_out, &|| ()).expect("texts that it takes");
    let found = Comparison::new(&bert.embeddings(held_out), &integers).expect("enough");
    println!("{found}");
    assert!(found.texts >= 200 && found.is_enough(), "{found}");
    // 384 wide elements of 7 trunk nodes for each token.
    assert_eq!(commit(bundle, &held_out[0]).expect("a text").leaves.len(), 7 * held_out[0].len());
    for node in 1..bundle.model().model().nodes.len() as u32 {
        let place = Place { node, row: 0, element: 5, part: Part::Output };
        let element = recompute(bundle, &held_out[0], place).expect("an element");
        assert_eq!(element.alone, element.whole, "node {node}");
    }
}

/// An execution of one text, all rows kept.
struct Execution<'a> {
    model: &'a CheckedModel,
    blob: Blob<'a>,
    ids: &'a [u32],
    sequence: Sequence<'a>,
}

impl<'a> Execution<'a> {
    fn new(bundle: &'a Bundle, ids: &'a [u32]) -> Self {
        let (model, blob) = (bundle.model(), bundle.blob().expect("its own blob"));
        let mut sequence = Sequence::recording(model, blob);
        sequence.append(ids).expect("a text that it takes");
        Self { model, blob, ids, sequence }
    }

    /// A place of this node, each of its elements as likely.
    fn draw(&self, random: &mut Random, node: u32, part: Part) -> Place {
        let tokens = self.sequence.tokens();
        let tensor = self.model.tensor(node).expect("a node");
        let width = match tensor.width {
            Width::Fixed(width) => width,
            Width::Heads(heads) => heads * tokens,
        };
        let rows = if part == Part::Sums { tokens } else { tensor.rows.of(tokens) };
        let (row, element) = (random.between(0, rows - 1), random.between(0, width - 1));
        Place { node, row, element, part }
    }

    /// What the execution has there.
    fn whole(&self, place: Place) -> i64 {
        let row =
            |node, row| self.sequence.rows(node).and_then(|rows| rows.row(row)).expect("a recorded row");
        let element = place.element as usize;
        match (place.part, &self.model.model().nodes[place.node as usize]) {
            (Part::Sums, Node::Pool(pool)) => {
                (0..=place.row).map(|number| i64::from(row(pool.input, number)[element])).sum()
            }
            _ => row(place.node, place.row)[element].into(),
        }
    }

    /// What its operands alone give, after the rows of one of them were turned if it is asked for.
    fn alone(&self, place: Place, wrong: Option<&mut Random>) -> i64 {
        let Openings { values, parameters } = openings(self.model, self.ids, place).expect("a place");
        let mut values: Vec<OpenedValues> =
            values.into_iter().map(|opening| self.sequence.open(opening).expect("recorded")).collect();
        let parameters: Vec<&[u8]> =
            parameters.into_iter().map(|slice| slice.of(self.blob.bytes()).expect("in the blob")).collect();
        if let (Some(random), Some(last)) = (wrong, values.len().checked_sub(1)) {
            turn(&mut values[random.between(0, last as u32) as usize]);
        }
        let opened = Opened { values: &values, parameters: &parameters };
        element(self.model, self.ids, place, &opened).expect("everything was opened")
    }
}

/// Another number of the same type: of the other sign, but for 0 and −1.
fn turned<T: From<i8> + Ord + Neg<Output = T> + Add<Output = T> + Copy>(number: T) -> T {
    match number.cmp(&T::from(0)) {
        Ordering::Less => -(number + T::from(1)),
        Ordering::Equal => T::from(1),
        Ordering::Greater => -number,
    }
}

/// Turns all numbers of an operand.
fn turn(values: &mut OpenedValues) {
    match values {
        OpenedValues::Elements(elements) => elements.iter_mut().for_each(|x| *x = turned(*x)),
        OpenedValues::Sums(sums) => sums.iter_mut().for_each(|x| *x = turned(*x)),
    }
}

/// The nodes of each operator. The running sums of a pool are operands of their own, so they stand beside it.
fn operators(model: &CheckedModel) -> Vec<(String, Part, Vec<u32>)> {
    let mut nodes = BTreeMap::<String, Vec<u32>>::new();
    for (index, node) in (0..).zip(&model.model().nodes) {
        let name = format!("{node:?}").split('(').next().unwrap_or_default().to_owned();
        nodes.entry(name).or_default().push(index);
    }
    let sums = nodes.get("Pool").map(|pools| ("sums of Pool".to_owned(), Part::Sums, pools.clone()));
    nodes.into_iter().map(|(name, nodes)| (name, Part::Output, nodes)).chain(sums).collect()
}

#[test]
#[ignore = "takes a download of 84 MB and a minute; scripts/test-models.sh runs it"]
fn ten_thousand_elements_follow_from_their_operands() {
    let MiniLm { bundle, held_out, .. } = &*MINILM;
    let start = Instant::now();
    // From the last text, which is the longest.
    let texts = held_out.iter().rev().step_by(7);
    let executions: Vec<Execution<'_>> = texts.map(|ids| Execution::new(bundle, ids)).collect();
    let tokens: usize = executions.iter().map(|execution| execution.ids.len()).sum();
    println!("{} texts of {tokens} tokens executed in {:.1?}", executions.len(), start.elapsed());

    let operators = operators(bundle.model());
    let mut random = Random(24);
    let (mut drawn, mut seen, mut start) =
        (BTreeMap::<&str, [u32; 2]>::new(), HashSet::new(), Instant::now());
    for number in 0..ELEMENTS {
        let (name, part, nodes) = &operators[number as usize % operators.len()];
        let execution = &executions[random.between(0, executions.len() as u32 - 1) as usize];
        let node = nodes[random.between(0, nodes.len() as u32 - 1) as usize];
        let place = execution.draw(&mut random, node, *part);
        let whole = execution.whole(place);
        assert_eq!(execution.alone(place, None), whole, "{name}, {place:?}, ids {:?}", execution.ids);
        drawn.entry(name).or_default()[0] += 1;
        seen.insert((place.node, *part == Part::Sums));
    }
    println!("{ELEMENTS} elements of {} nodes recomputed, all equal, in {:.1?}", seen.len(), start.elapsed());
    assert_eq!(seen.len(), bundle.model().model().nodes.len() + 1, "every node, and the sums of the pool");

    // Comparing would show it if operands were wrong.
    start = Instant::now();
    for (name, part, nodes) in &operators {
        for _ in 0..500 {
            let execution = &executions[random.between(0, executions.len() as u32 - 1) as usize];
            let node = nodes[random.between(0, nodes.len() as u32 - 1) as usize];
            let place = execution.draw(&mut random, node, *part);
            let changed = execution.alone(place, Some(&mut random)) != execution.whole(place);
            drawn.entry(name).or_default()[1] += u32::from(changed);
        }
    }
    for (name, [elements, changed]) in drawn {
        println!("{name}: {elements} elements; {changed} of 500 change with a wrong operand");
        assert!(elements >= 1_000, "{name}");
        assert_eq!(changed > 100, !["Tokens", "Embed"].contains(&name), "{name} reads rows or doesn't");
    }
    println!("wrong operands took {:.1?}", start.elapsed());
}
