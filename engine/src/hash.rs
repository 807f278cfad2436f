//! blake2-256 of several traces side by side. One hash fills only a part of a processor's vectors, several fill them.
//! docs/benchmarks.md has what that gains.

use blake2b_simd::{
    many::{degree, hash_many, HashManyJob},
    Params,
};

/// How many hashes this processor computes side by side.
pub fn hashes_at_once() -> usize {
    degree()
}

/// The blake2-256 of each of these, side by side; fastest if there are [`hashes_at_once`] of about the same length.
pub fn blake2_256_of_each(messages: &[impl AsRef<[u8]>]) -> Vec<[u8; 32]> {
    let mut parameters = Params::new();
    parameters.hash_length(32);
    let mut jobs: Vec<HashManyJob<'_>> =
        messages.iter().map(|message| HashManyJob::new(&parameters, message.as_ref())).collect();
    hash_many(&mut jobs);
    let digest = |job: &HashManyJob<'_>| {
        let mut digest = [0; 32];
        digest.copy_from_slice(job.to_hash().as_bytes());
        digest
    };
    jobs.iter().map(digest).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use sp_crypto_hashing::blake2_256;

    #[test]
    fn each_is_hashed_as_alone() {
        for count in 0..=9 {
            let messages: Vec<Vec<u8>> =
                (0..count).map(|index| vec![index as u8; index * index * 31]).collect();
            let alone: Vec<[u8; 32]> = messages.iter().map(|message| blake2_256(message)).collect();
            assert_eq!(blake2_256_of_each(&messages), alone);
        }
    }
}
