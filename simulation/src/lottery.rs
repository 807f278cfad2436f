//! The lottery without its executions: how many wins a block brings whom is drawn, as many as the same attempts would
//! bring on average. The difficulty follows by the chain's own arithmetic, a block takes one win at most, and wins that
//! wait too long are lost.

use std::collections::VecDeque;

use millrace_runtime::configs::market::MAX_ANCHOR_AGE;
use pallet_sprints::target;

use crate::random::Random;

/// The part of a block that a win takes, in parts of 10⁹; only its ratio to what is wanted matters.
const SHARE: u32 = 500_000;
/// Wins of one miner that wait for a block at most: more would lapse anyway.
const MOST_WAITING: u32 = 64;

/// A win that waits for a block.
#[derive(Clone, Copy)]
pub struct Win {
    pub player: usize,
    /// Attempts that it took on average.
    pub attempts: u64,
    /// The block that it is anchored on.
    anchor: u32,
}

pub struct Lottery {
    /// As the chain stores it.
    difficulty: u64,
    waiting: VecDeque<Win>,
    seed: u64,
    /// Each player's luck is its own. So it is the same with and without an attack, and what differs is the attack's.
    luck: Vec<Random>,
}

impl Lottery {
    /// A lottery in which a win takes so many attempts at first.
    pub fn new(attempts: u64, seed: u64) -> Self {
        Self { difficulty: target::scaled(attempts), waiting: VecDeque::new(), seed, luck: Vec::new() }
    }

    pub fn attempts(&self) -> u64 {
        target::attempts(self.difficulty)
    }

    /// A block begins in which players make so many attempts each.
    pub fn begin_block(&mut self, block: u32, attempts: &[f64]) {
        self.difficulty = target::fall(self.difficulty);
        let needed = self.attempts();
        while self.luck.len() < attempts.len() {
            self.luck.push(Random(self.seed).fork(self.luck.len() as u64));
        }
        for ((player, own), luck) in attempts.iter().enumerate().zip(&mut self.luck) {
            for _ in 0..luck.poisson(own / needed as f64).min(MOST_WAITING) {
                self.waiting.push_back(Win { player, attempts: needed, anchor: block });
            }
        }
        self.waiting.retain(|win| win.anchor + MAX_ANCHOR_AGE >= block);
    }

    /// The oldest win that the block's author wants to include.
    pub fn include(&mut self, wanted: impl Fn(usize) -> bool) -> Option<Win> {
        let at = self.waiting.iter().position(|win| wanted(win.player))?;
        let win = self.waiting.remove(at)?;
        let won = target::scaled(win.attempts);
        self.difficulty = target::rise(self.difficulty, won, SHARE, target::wanted(u32::MAX, SHARE));
        Some(win)
    }
}
