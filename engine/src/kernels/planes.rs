//! Turns the accumulators of patches into images.

/// Positions whose accumulators stay in the cache while they are spread over the planes.
const SPREAD: usize = 16;

/// Appends `[samples, positions, n]` as `[samples, n, positions]`.
pub(super) fn append_planes(columns: &[i32], n: usize, positions: usize, planes: &mut Vec<i32>) {
    let from = planes.len();
    planes.resize(from + columns.len(), 0);
    let sample = (n * positions).max(1);
    for (columns, planes) in columns.chunks_exact(sample).zip(planes[from..].chunks_exact_mut(sample)) {
        for (index, columns) in columns.chunks(SPREAD * n).enumerate() {
            for (row, plane) in planes.chunks_exact_mut(positions).enumerate() {
                let sums = columns[row..].iter().step_by(n);
                plane[index * SPREAD..].iter_mut().zip(sums).for_each(|(to, sum)| *to = *sum);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_row_of_each_sample_becomes_a_plane() {
        let (samples, n, positions) = (2, 3, 2 * SPREAD + 5);
        let columns: Vec<i32> = (0..).take(samples * n * positions).collect();
        let mut planes = vec![-1];
        append_planes(&columns, n, positions, &mut planes);
        assert_eq!(planes[0], -1, "what was there stays");
        for (index, value) in planes[1..].iter().enumerate() {
            let (sample, row, position) = (index / positions / n, index / positions % n, index % positions);
            assert_eq!(*value, columns[(sample * positions + position) * n + row]);
        }
    }
}
