//! What nodes ask the runtime: the mill in [`MillApi`], people and their programs in [`MarketApi`].

mod market;
mod mill;
mod miners;
mod models;
mod rounds;
mod tasks;

pub use market::*;
pub use mill::*;
pub use miners::*;
pub use models::*;
pub use rounds::*;
pub use tasks::*;

/// Most entries of a page.
pub const MAX_PAGE: u32 = 100;

/// How many entries a page has, where so many were asked for: [`MAX_PAGE`] at most.
pub fn page_size(count: u32) -> usize {
    usize::try_from(count.min(MAX_PAGE)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_page_has_more_than_a_hundred_entries() {
        assert_eq!((page_size(0), page_size(7), page_size(u32::MAX)), (0, 7, 100));
    }
}
