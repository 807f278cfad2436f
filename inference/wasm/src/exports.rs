//! What a host calls: it asks for room, writes a question there, and reads the answer.

use alloc::{boxed::Box, vec, vec::Vec};

#[global_allocator]
static ALLOCATOR: dlmalloc::GlobalDlmalloc = dlmalloc::GlobalDlmalloc;

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}

/// Room for so many bytes.
#[unsafe(no_mangle)]
extern "C" fn room(bytes: usize) -> *mut u8 {
    Box::leak(vec![0; bytes].into_boxed_slice()).as_mut_ptr()
}

/// Answers the question at this address, so many bytes long. The answer's address is in the upper half, its length in the lower.
///
/// # Safety
/// The address came from [`room`] with the same length, and is used once.
#[unsafe(no_mangle)]
unsafe extern "C" fn answer(question: *mut u8, bytes: usize) -> u64 {
    // SAFETY: `room` made it of as many bytes, as said above.
    let question = unsafe { Vec::from_raw_parts(question, bytes, bytes) };
    let answer = super::answer_bytes(&question).leak();
    (answer.as_ptr() as u64) << 32 | answer.len() as u64
}
