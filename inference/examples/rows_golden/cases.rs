//! Each operator at its bounds.

use millrace_inference::rows::{
    limits::R24, Activation, ArgMax, Context, ElementType, Embed, Kind, Mul, Node, Norm, Pool, Requantize,
    Rope, Scores, Select, Softmax, Table, Tokens,
};

use super::builder::{cycle, extremes, record, same, Builder, Case};

const I8: ElementType = ElementType::I8;
const I16: ElementType = ElementType::I16;
const WIDE: ElementType = ElementType::Wide;

/// Every case.
pub fn all() -> Vec<Case> {
    let mut cases = vec![
        embed(),
        requantize(),
        table(),
        activation(),
        rope(),
        mul(),
        pool(),
        pool_of_the_widest(),
        softmax_of_many(),
        arg_max(),
    ];
    cases.extend([I8, I16].map(linear));
    cases.extend(norms());
    cases.extend([Kind::Encoder, Kind::Causal].map(attention));
    cases.extend([true, false].map(select));
    cases
}

fn edges(element: ElementType) -> Vec<i32> {
    match element {
        ElementType::I8 => vec![-128, -127, -1, 0, 1, 126, 127],
        ElementType::I16 => {
            vec![-32_768, -32_767, -32_641, -32_640, -129, -1, 0, 1, 127, 32_639, 32_640, 32_767]
        }
        _ => vec![-R24, 1 - R24, -32_769, -1, 0, 1, 32_768, R24 - 1, R24],
    }
}

/// Records and positions in range and beyond.
fn embed() -> Case {
    let positions = [R24, -R24, R24 + 1, -R24 - 1, i32::MAX, i32::MIN, 0];
    let mut builder = Builder::rows(Kind::Encoder, &[positions.to_vec(), vec![-1; 7]]);
    let records = extremes();
    builder.nodes.clear();
    builder.push(Node::Tokens(Tokens { vocabulary: records.len() as u32 }));
    let weights = [-128i8, 127, -1, 0, 1, 5, -7].map(i8::cast_unsigned);
    let rows: Vec<u8> = records.iter().flat_map(|record| [&weights[..], record].concat()).collect();
    let (positions, rows) = (Some(20), builder.put(&rows));
    let embed = builder.push(Node::Embed(Embed { input: 0, width: 7, rows, positions }));
    let narrow = builder.cast(embed, 7, I16);
    builder.sum(narrow, 7);
    let mut case = builder.case("embed");
    case.batch = (0..8).map(|pair| vec![2 * pair, 2 * pair + 1]).collect();
    case
}

fn requantize() -> Case {
    let width = 9 * extremes().len();
    let row: Vec<i32> = edges(WIDE).into_iter().flat_map(|x| vec![x; extremes().len()]).collect();
    let mut builder = Builder::rows(Kind::Encoder, &[row]);
    let mut input = 1;
    for element in [WIDE, I16, I8, I16] {
        let rescales = builder.put(&cycle(width));
        input = builder.push(Node::Requantize(Requantize { input, rescales, element }));
    }
    builder.sum(input, width);
    builder.case("requantize")
}

/// The longest sums, of the largest products.
fn linear(element: ElementType) -> Case {
    let (width, least) = (1 << 14, if element == I8 { -128 } else { -32_768 });
    let mut builder = Builder::rows(Kind::Encoder, &[vec![least; width], vec![-least - 1; width]]);
    let input = builder.cast(1, width, element);
    let rows: Vec<_> = extremes()
        .into_iter()
        .enumerate()
        .map(|(j, record)| (vec![if j % 3 == 1 { 127 } else { -128 }; width], record))
        .collect();
    let sums = [WIDE, I16].map(|element| builder.linear(input, &rows[..7], element));
    let wide = builder.linear_with(input, &rows[..7], WIDE, None, Some(sums[0]));
    let narrow = builder.cast(wide, 7, I16);
    builder.join(sums[1], narrow, 7);
    builder.case(if element == I8 { "linear of i8" } else { "linear of i16" })
}

/// Any 513 numbers at all.
fn wild() -> Vec<u8> {
    let entry = |i: i32| match i {
        0 | 256 | 511 => i32::MIN,
        1 | 257 | 512 => i32::MAX,
        i => (i - 300) * 101,
    };
    (0..513).flat_map(|i| entry(i).to_le_bytes()).collect()
}

fn table() -> Case {
    let mut builder = Builder::rows(Kind::Encoder, &[edges(I16)]);
    let input = builder.cast(1, 12, I16);
    let unit = |j: usize| {
        let mut weights = vec![0; 12];
        weights[j] = 1;
        (weights, same())
    };
    let rows: Vec<_> = (0..12).map(unit).collect();
    let entries = builder.put(&wild());
    let rescales = builder.put(&cycle(12));
    let table = Some(Table { entries, rescales });
    let wide = builder.linear_with(input, &rows, WIDE, table, Some(1));
    let cast = builder.cast(wide, 12, I16);
    let narrow = builder.linear_with(cast, &rows, I8, table, None);
    builder.sum(narrow, 12);
    builder.case("linear with a table")
}

fn activation() -> Case {
    let mut builder = Builder::rows(Kind::Encoder, &[edges(I16)]);
    let input = builder.cast(1, 12, I16);
    let table = builder.put(&wild());
    let wide = builder.push(Node::Activation(Activation { input, table, element: WIDE }));
    let narrow = builder.push(Node::Activation(Activation { input, table, element: I16 }));
    let cast = builder.cast(wide, 12, I16);
    let both = builder.join(cast, narrow, 12);
    builder.sum(both, 12);
    builder.case("activation")
}

fn rope() -> Case {
    let parts = [-32_768, 32_767, 0, 16_384];
    let pairs = || parts.into_iter().flat_map(|a| parts.map(|b| [a, b]));
    let row: Vec<i32> = pairs().flatten().collect();
    let mut builder = Builder::rows(Kind::Encoder, &[row.clone(), row.iter().rev().copied().collect()]);
    let input = builder.cast(1, 32, I16);
    let angle = |[c, s]: [i32; 2]| [(c as i16).to_le_bytes(), (s as i16).to_le_bytes()].concat();
    let angles: Vec<u8> = pairs().flat_map(angle).collect();
    let angles = builder.put(&angles);
    let turned = builder.push(Node::Rope(Rope { input, heads: 2, angles }));
    builder.sum(turned, 32);
    builder.case("rope")
}

/// Rows of any length, V of every width about that which isn't shifted, V = 0 and V = 1.
fn norms() -> Vec<Case> {
    let spike = |x| {
        let mut row = vec![0; 1 << 14];
        row[7] = x;
        row
    };
    let halves = (0..1 << 14).map(|c| if c % 2 == 0 { R24 } else { -R24 }).collect();
    let families: Vec<(&str, Vec<Vec<i32>>)> = vec![
        ("norm of the longest rows", vec![spike(-R24), halves, vec![R24; 1 << 14]]),
        ("norm of one", vec![vec![7], vec![0], vec![-R24]]),
        (
            "norm of two",
            vec![
                vec![0, 1],
                vec![1, 3],
                vec![5, 5],
                vec![0, 0],
                vec![4_368_765, -6_274_136],
                vec![R24, -R24],
            ],
        ),
        (
            "norm of four",
            vec![
                vec![559_902, -6_134_046, 6_655_552, -3_514_742],
                vec![-6_469_734, -4_035_548, 5_611_569, 8_200_550],
                vec![1, 2, 3, 4],
                vec![R24, R24, R24, R24 - 1],
            ],
        ),
    ];
    let case = |(name, rows): (&str, Vec<Vec<i32>>)| {
        let width = rows[0].len();
        let mut builder = Builder::rows(Kind::Encoder, &rows);
        let mut norm = |centre, element| {
            let rescales = builder.put(&if width > 4 { same().repeat(width) } else { cycle(width) });
            builder.push(Node::Norm(Norm { input: 1, centre, rescales, element }))
        };
        let nodes = [norm(true, WIDE), norm(false, WIDE)];
        let narrow = nodes.map(|node| {
            let rescales = builder.put(&record(1, 8, 128).repeat(width));
            builder.push(Node::Requantize(Requantize { input: node, rescales, element: I16 }))
        });
        let both = builder.join(narrow[0], narrow[1], width);
        builder.sum(both, width);
        builder.case(name)
    };
    families.into_iter().map(case).collect()
}

/// Four heads of queries and two of keys and values, at the bounds of every product; scales in range and beyond.
fn attention(kind: Kind) -> Case {
    let row = |i: i32| {
        let x = [-128, 127, -1, 0, 1, 64];
        (0..16).map(|c| if i < 2 { x[(i as usize) % 2] } else { x[((i * 5 + c * 3) % 6) as usize] }).collect()
    };
    let rows: Vec<Vec<i32>> = (0..6).map(row).collect();
    let mut builder = Builder::rows(kind, &rows);
    let queries = builder.cast(1, 16, I8);
    let unit = |width: usize, of: usize, from: usize| -> Vec<_> {
        (0..width)
            .map(|j| {
                let mut weights = vec![0; of];
                weights[(j + from) % of] = 1;
                (weights, same())
            })
            .collect()
    };
    let keys = builder.linear(queries, &unit(8, 16, 3), I8);
    let values = builder.linear(queries, &unit(6, 16, 5), I8);
    let scores = builder.push(Node::Scores(Scores { queries, keys, heads: 4, key_heads: 2 }));
    let scale = |multiplier: u32, shift: u8| [&multiplier.to_le_bytes()[..], &[shift]].concat();
    let contexts = [
        [scale(40, 10), scale((1 << 24) - 1, 1), scale((1 << 24) - 1, 61), scale(0, 1)],
        [scale(1 << 24, 1), scale(1, 0), scale(9, 62), scale(1 << 20, 28)],
    ]
    .map(|scales| {
        let scales = builder.put(&scales.concat());
        let probabilities = builder.push(Node::Softmax(Softmax { input: scores, scales }));
        let rescales = builder.put(&cycle(12));
        builder.push(Node::Context(Context { probabilities, values, value_heads: 2, rescales, element: I16 }))
    });
    builder.join(contexts[0], contexts[1], 12);
    let mut case = builder.case(if kind == Kind::Encoder { "attention" } else { "causal attention" });
    case.batch.push(vec![0]);
    case
}

fn mul() -> Case {
    let edges = edges(I16);
    let left: Vec<i32> = edges.iter().flat_map(|x| vec![*x; 12]).collect();
    let right = edges.repeat(12);
    let width = left.len();
    let mut builder = Builder::rows(Kind::Encoder, &[left, right]);
    let input = builder.cast(1, width, I16);
    let turned: Vec<_> = (0..width)
        .map(|j| {
            let mut weights = vec![0; width];
            weights[j / 12 + j % 12 * 12] = 1;
            (weights, same())
        })
        .collect();
    let other = builder.linear(input, &turned, I16);
    let rescales = builder.put(&cycle(width));
    let nodes = [WIDE, I8]
        .map(|element| builder.push(Node::Mul(Mul { left: input, right: other, rescales, element })));
    let narrow = builder.cast(nodes[0], width, I16);
    let cast = builder.cast(nodes[1], width, I16);
    builder.join(narrow, cast, width);
    builder.case("mul")
}

/// As many rows as there can be: sums that must be shifted, sums that needn't, and sums of zero.
fn pool() -> Case {
    let mut rows = vec![vec![R24, -R24, 0, 1, -1]; 8_191];
    rows.push(vec![R24, -R24, 0, -8_191, 5]);
    let records = [record(1, 3, 4), record(-1, 4, 8), same(), same(), record(5, 1, 1)];
    let mut case = pooled("pool", &rows, &records.concat());
    case.batch.extend([vec![0], vec![0; 2], vec![0; 100]]);
    case
}

/// A sum of 1 − 2²⁴, half of which is rounded down to −2²³: it is shifted once more, and then nothing is left of 3.
fn pool_of_the_widest() -> Case {
    let row = |first, second| {
        let mut row = vec![0; 8_192];
        (row[0], row[1]) = (first, second);
        row
    };
    pooled("pool of the widest rows", &[row(-R24, 3), row(-R24, 0), row(-1, 0)], &same().repeat(8_192))
}

fn pooled(name: &str, rows: &[Vec<i32>], records: &[u8]) -> Case {
    let width = rows[0].len();
    let mut builder = Builder::rows(Kind::Encoder, rows);
    let rescales = builder.put(records);
    let pooled = builder.push(Node::Pool(Pool { input: 1, rescales, element: I16 }));
    let sum = builder.sum(pooled, width);
    // Work for each token, as registration demands.
    let narrow = builder.cast(1, width, I16);
    let mut read =
        builder.linear(narrow, &[(vec![1; width], record(1, 20, 0)), (vec![1; width], same())], WIDE);
    let rescales = builder.put(&same().repeat(2));
    read = builder.push(Node::Pool(Pool { input: read, rescales, element: I16 }));
    let read = builder.linear_with(read, &[(vec![1; 2], same())], WIDE, None, Some(sum));
    builder.push(Node::ArgMax(ArgMax { input: read }));
    builder.case(name)
}

/// So many powers of one that they take a share from the largest together.
fn softmax_of_many() -> Case {
    let rows: Vec<Vec<i32>> = (0..300).map(|i| vec![1, if i == 7 { 23 } else { 0 }]).collect();
    let mut builder = Builder::rows(Kind::Encoder, &rows);
    let narrow = builder.cast(1, 2, I8);
    let queries = builder.linear(narrow, &[(vec![1, 0], same())], I8);
    let keys = builder.linear(narrow, &[(vec![0, 1], same())], I8);
    let scores = builder.push(Node::Scores(Scores { queries, keys, heads: 1, key_heads: 1 }));
    // 23 octaves: EXP[0] >> 23 = 1.
    let scales = builder.put(&[0, 2, 0, 0, 1]);
    let probabilities = builder.push(Node::Softmax(Softmax { input: scores, scales }));
    let rescales = builder.put(&same());
    let context = Context { probabilities, values: keys, value_heads: 1, rescales, element: WIDE };
    builder.push(Node::Context(context));
    builder.case("softmax of many")
}

fn select(last: bool) -> Case {
    let mut builder = Builder::rows(Kind::Causal, &[vec![1, -R24], vec![3, 4], vec![R24, -6]]);
    let narrow = builder.cast(1, 2, I16);
    let wide = builder.linear(narrow, &[(vec![1, 2], same()), (vec![-3, 4], same())], WIDE);
    builder.push(Node::Select(Select { input: wide, last }));
    let mut case = builder.case(if last { "select the last row" } else { "select the first row" });
    case.batch.push(vec![0]);
    case
}

fn arg_max() -> Case {
    let rows = [vec![-R24, -3, -3], vec![7, 7, -3], vec![0, 1, R24], vec![5, 5, 5]];
    let mut builder = Builder::rows(Kind::Encoder, &rows);
    let narrow = builder.cast(1, 3, I16);
    let unit = |j: usize| {
        let mut weights = vec![0; 3];
        weights[j] = 1;
        (weights, same())
    };
    let wide = builder.linear(narrow, &(0..3).map(unit).collect::<Vec<_>>(), WIDE);
    builder.push(Node::ArgMax(ArgMax { input: wide }));
    builder.case("argmax")
}
