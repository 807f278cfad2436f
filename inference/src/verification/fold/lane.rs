//! Numbers mod 2⁶⁴ in four lanes, each with its own randomness.

/// A number in each of the four lanes, mod 2⁶⁴.
pub(crate) type Lanes = [u64; 4];

/// Adds `coefficient·value` to the sum of each lane, mod 2⁶⁴.
#[inline(always)]
pub(crate) fn add_scaled([a, b, c, d]: &mut Lanes, [p, q, r, s]: &Lanes, value: i64) {
    let value = value.cast_unsigned();
    *a = a.wrapping_add(p.wrapping_mul(value));
    *b = b.wrapping_add(q.wrapping_mul(value));
    *c = c.wrapping_add(r.wrapping_mul(value));
    *d = d.wrapping_add(s.wrapping_mul(value));
}
