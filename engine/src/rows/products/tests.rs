//! Every kernel's sums are those of plain integers, on random and on the most extreme bytes.

use millrace_inference::random::Random;

use super::*;

fn weights(random: &mut Random, count: usize, extreme: bool) -> Vec<i8> {
    match extreme {
        true => vec![[i8::MIN, i8::MAX][random.between(0, 1) as usize]; count],
        false => random.bytes(count),
    }
}

/// Panels made by outputs and by terms are the same.
fn panels(matrix: &[Vec<i8>], terms: usize) -> [Panels; 2] {
    let (mut by_output, mut by_term) = (Panels::of_terms(terms), Panels::of_outputs(matrix.len()));
    matrix.iter().for_each(|output| by_output.push_output(output));
    for term in 0..terms {
        by_term.push_term(&matrix.iter().map(|output| output[term]).collect::<Vec<_>>());
    }
    [by_output, by_term]
}

/// All sums of the rows of bytes with a matrix.
fn products(kernel: Kernel, words: &Words, panels: &Panels, lines: usize, rows: usize) -> Vec<Vec<i32>> {
    let mut all = vec![vec![0; panels.outputs()]; rows];
    for (tile, (words, padded)) in words.tiles().enumerate() {
        for block in 0..panels.outputs().div_ceil(COLUMNS) {
            let mut sums = [[i32::MIN; COLUMNS]; ROWS];
            kernel.multiply(words, padded, panels.block(block, lines, &mut [&[]; PANELS]), &mut sums);
            for (row, sums) in all[tile * ROWS..].iter_mut().zip(&sums) {
                for (all, sum) in row[block * COLUMNS..].iter_mut().zip(sums) {
                    *all = *sum;
                }
            }
        }
    }
    all
}

fn dot(weights: &[i8], x: impl Iterator<Item = i64>) -> i64 {
    weights.iter().zip(x).map(|(w, x)| i64::from(*w) * x).sum()
}

#[test]
fn rows_of_i8_and_i16_are_multiplied_exactly() {
    let mut random = Random(7);
    let shapes =
        [(1, 1, 1), (3, 17, 5), (8, 48, 64), (9, 49, 66), (12, 100, 33), (5, 16, 1 << 14), (15, 35, 130)];
    for (rows, outputs, terms) in shapes {
        for extreme in [false, true] {
            let matrix: Vec<Vec<i8>> = (0..outputs).map(|_| weights(&mut random, terms, extreme)).collect();
            let bytes: Vec<Vec<i8>> = (0..rows).map(|_| weights(&mut random, terms, extreme)).collect();
            let wide: Vec<Vec<i16>> = bytes
                .iter()
                .map(|row| {
                    row.iter()
                        .map(|x| {
                            if extreme {
                                (i16::from(*x) << 8) | (i16::from(*x < 0) - 1)
                            } else {
                                random.bits() as i16
                            }
                        })
                        .collect()
                })
                .collect();
            let (mut words, mut pairs) = (Words::default(), Words::default());
            words.resize(rows, terms);
            pairs.resize(2 * rows, terms);
            bytes.iter().enumerate().for_each(|(row, x)| words.set_i8(row, x));
            wide.iter().enumerate().for_each(|(row, x)| pairs.set_i16(row, x));
            let lines = terms.div_ceil(TERMS);
            for panels in panels(&matrix, terms) {
                for kernel in Kernel::available() {
                    let sums = products(kernel, &words, &panels, lines, rows);
                    let both = products(kernel, &pairs, &panels, lines, 2 * rows);
                    for (j, output) in matrix.iter().enumerate() {
                        let shift = 128 * output.iter().map(|w| i64::from(*w)).sum::<i64>();
                        for row in 0..rows {
                            let expected = dot(output, bytes[row].iter().map(|x| i64::from(*x)));
                            assert_eq!(i64::from(sums[row][j]) - shift, expected, "{}", kernel.name());
                            let expected = dot(output, wide[row].iter().map(|x| i64::from(*x)));
                            let (high, low) = (i64::from(both[2 * row][j]), i64::from(both[2 * row + 1][j]));
                            assert_eq!((high - shift) * 256 + low, expected, "{}", kernel.name());
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn shares_are_two_rows_and_nothing_is_behind_them() {
    let mut words = Words::default();
    words.resize(4, 12);
    words.set_shares(1, &[32_767; 12]);
    words.set_shares(0, &[1, 2, 3, 4, 0x7f05]);
    words.set_shares(1, &[0x0102]);
    let (tile, rows) = words.tiles().next().expect("there is one");
    assert_eq!(rows, 4);
    let (none, of) = ([0; 4], |row: usize| &tile[3 * row..][..3]);
    assert_eq!([of(0), of(1)], [[none, [0x7f, 0, 0, 0], none], [[1, 2, 3, 4], [5, 0, 0, 0], none]]);
    assert_eq!([of(2), of(3)], [[[1, 0, 0, 0], none, none], [[2, 0, 0, 0], none, none]]);
}

#[test]
fn the_fastest_kernel_comes_first_and_the_portable_one_last() {
    let all = Kernel::available();
    assert_eq!((all.first(), all.last()), (Some(&Kernel::fastest()), Some(&Kernel::portable())));
}
