//! `rᵀW`, the larger part of a verification: by 32-bit multiplications in a processor's vectors, by few 64-bit ones
//! in wasm, which has no vectors.

mod halves;
pub(crate) mod lane;
mod pairs;

use alloc::vec::Vec;

use self::lane::Lanes;

/// Appends `rᵀW`: four lanes for each of W's m columns; of a convolution, W has a filter in each row.
pub(crate) fn fold(parameters: &[i8], m: usize, r: &[Lanes], columns: &mut Vec<Lanes>) {
    if cfg!(feature = "std") {
        columns.extend(halves::fold(parameters, m, r));
    } else {
        pairs::fold(parameters, m, r, columns);
    }
}

#[cfg(test)]
mod tests {
    use super::{lane::add_scaled, *};
    use crate::verification::transcript::lanes;

    /// Blocks of rows and tiles of columns, whole and ragged, against the definition.
    #[test]
    fn folding_is_the_product() {
        let small = (1..=9).flat_map(|n| (1..=17).map(move |m| (n, m)));
        for (n, m) in small.chain([(31, 33), (32, 32), (33, 47), (70, 15)]) {
            let r: Vec<Lanes> = lanes([3; 32], 1).take(n).collect();
            let mut parameters: Vec<i8> = lanes([4; 32], 1).take(n * m).map(|[w, ..]| w as i8).collect();
            parameters[0] = i8::MIN;
            let product: Vec<Lanes> = (0..m)
                .map(|k| {
                    let mut sums = [0; 4];
                    for (row, coefficients) in parameters.chunks_exact(m).zip(&r) {
                        add_scaled(&mut sums, coefficients, row[k].into());
                    }
                    sums
                })
                .collect();
            assert_eq!(halves::fold(&parameters, m, &r), product, "in halves, {n} × {m}");
            let mut columns = Vec::new();
            pairs::fold(&parameters, m, &r, &mut columns);
            assert_eq!(columns, product, "in pairs, {n} × {m}");
        }
    }
}
