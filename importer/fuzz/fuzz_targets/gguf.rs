//! Any bytes behind the mark and version of a GGUF file, which chance would hardly find: refused with a sentence, or tensors within
//! the file, and perhaps a tokenizer and a decoder.
#![no_main]

use libfuzzer_sys::fuzz_target;
use millrace_importer::text::{Gguf, Llama, LlamaConfig, Naming, Tensors, Tokens};

fuzz_target!(|bytes: &[u8]| {
    let bytes = [b"GGUF\x03\0\0\0", bytes].concat();
    let Ok(file) = Gguf::new(&bytes) else { return };
    for name in file.names() {
        // Another shape than any tensor can have.
        assert!(file.numbers(name, &[]).is_err());
    }
    let _ = Tokens::from_gguf(&file);
    if let Ok(config) = LlamaConfig::from_gguf(&file) {
        let _ = Llama::new(config, &file, Naming::Gguf);
    }
});
