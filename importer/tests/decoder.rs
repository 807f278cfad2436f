//! Decoders: from weights to integers, decoding and prefill, and what is refused on the way.
#![allow(missing_docs)]

mod encoder;
mod llama;

use encoder::Folder;
use llama::{bundle, gguf, gguf_tensors, tensors, texts, CONFIG, MAX_TOKENS, WIDTH};
use millrace_engine::rows::Sequence;
use millrace_importer::{
    is_text_model,
    text::{
        recompute, Decoder, Family, Gguf, Llama, LlamaConfig, Naming, Perplexity, Source, Tokens, Weights,
    },
};
use millrace_inference::rows::{Part, Place, Width};

#[test]
fn both_files_give_the_same_decoder() {
    let folder = Folder::new("decoder");
    folder.write("config.json", CONFIG.as_bytes());
    folder.write("model.safetensors", &encoder::file(&tensors()));
    folder.write("other.gguf", &gguf("llama", &gguf_tensors()));
    let (transformers, one) = (Source::new(&folder.0), Source::new(&folder.path("other.gguf")));
    assert_eq!((transformers.family(), one.family()), (Ok(Family::Llama), Ok(Family::Llama)));
    let ids = &texts(1, 5)[0];
    let logits = |source: &Source| source.llama(None).expect("a decoder").logits(ids);
    assert_eq!(logits(&transformers), logits(&one));
    assert_eq!(one.llama(Some(9)).expect("a decoder").config().max_tokens, 9);
    // A head of its own is used where the config says so.
    let mut untied = tensors();
    untied.insert("lm_head.weight".into(), untied["model.embed_tokens.weight"].clone());
    untied.get_mut("lm_head.weight").expect("there").1.iter_mut().for_each(|x| *x *= 2.0);
    folder.write("model.safetensors", &encoder::file(&untied));
    assert_eq!(logits(&transformers), logits(&one));
    folder.write("config.json", CONFIG.replace("true", "false").as_bytes());
    assert_eq!(logits(&transformers), logits(&one) * 2.0);
}

/// The decoder in three shards, as transformers saves it: each with every third tensor. Their names, and where each tensor is.
fn shards() -> (Vec<(String, encoder::Tensors)>, Vec<(String, String)>) {
    let name = |at: usize| format!("model-{:05}-of-00003.safetensors", at + 1);
    let mut all: Vec<_> = (0..3).map(|at| (name(at), encoder::Tensors::new())).collect();
    let mut places = Vec::new();
    for (at, (tensor, numbers)) in tensors().into_iter().enumerate() {
        places.push((tensor.clone(), name(at % 3)));
        all[at % 3].1.insert(tensor, numbers);
    }
    (all, places)
}

/// An index of these places.
fn index(places: &[(String, String)]) -> Vec<u8> {
    let places: Vec<String> =
        places.iter().map(|(tensor, file)| format!("\"{tensor}\": \"{file}\"")).collect();
    format!(r#"{{"metadata": {{"total_size": 1}}, "weight_map": {{{}}}}}"#, places.join(", ")).into_bytes()
}

const INDEX: &str = "model.safetensors.index.json";

/// A folder with a decoder in shards.
fn sharded(
    name: &str,
    (shards, places): &(Vec<(String, encoder::Tensors)>, Vec<(String, String)>),
) -> Folder {
    let folder = Folder::new(name);
    folder.write("config.json", CONFIG.as_bytes());
    folder.write(INDEX, &index(places));
    shards.iter().for_each(|(name, tensors)| folder.write(name, &encoder::file(tensors)));
    folder
}

#[test]
fn shards_are_the_whole_decoder() {
    let folder = sharded("shards", &shards());
    let ids = &texts(1, 5)[0];
    let whole = llama::llama(&tensors()).logits(ids);
    for place in [folder.0.clone(), folder.path(INDEX), folder.path("model-00002-of-00003.safetensors")] {
        assert!(is_text_model(&place));
        let source = Source::new(&place);
        assert_eq!(source.family(), Ok(Family::Llama));
        assert_eq!(source.llama(None).expect("a decoder").logits(ids), whole);
    }
    // One file that holds all comes first.
    folder.write("model.safetensors", b"no weights");
    assert!(Source::new(&folder.0).llama(None).is_err());
}

#[test]
fn shards_that_dont_belong_together_are_refused() {
    let refused = |change: &dyn Fn(&mut Vec<(String, encoder::Tensors)>, &mut Vec<(String, String)>)| {
        let (mut files, mut places) = shards();
        change(&mut files, &mut places);
        let folder = sharded("wrong-shards", &(files, places));
        let message = Source::new(&folder.0).llama(None).err().expect("refused").to_string();
        assert!(message.contains(INDEX), "{message}");
        message
    };
    let tensor = shards().1[0].0.clone();
    let message = refused(&|files, _| drop(files.pop()));
    assert!(
        message.contains("there is no model-00003-of-00003.safetensors beside it; download all"),
        "{message}"
    );
    let message = refused(&|_, places| places.push(places[0].clone()));
    assert!(message.contains(&format!("the tensor {tensor} is named twice")), "{message}");
    // In the first file and in the second, too.
    let message = refused(&|files, _| {
        let numbers = files[0].1[&tensor].clone();
        files[1].1.insert(tensor.clone(), numbers);
    });
    let wrong = format!(
        "model-00002-of-00003.safetensors holds the tensor {tensor}, which the index has in model-00001-of-00003"
    );
    assert!(message.contains(&wrong) && message.contains("of one version"), "{message}");
    let message = refused(&|_, places| places[0].1 = places[1].1.clone());
    assert!(message.contains("model-00001-of-00003.safetensors holds"), "{message}");
    let message = refused(&|_, places| drop(places.remove(0)));
    assert!(message.contains("which the index has in nowhere"), "{message}");
    let message = refused(&|files, _| drop(files[0].1.remove(&tensor)));
    assert!(message.contains("doesn't hold it"), "{message}");
    for elsewhere in ["../model-00001-of-00003.safetensors", "/dev/zero", "..", ""] {
        let message = refused(&|_, places| places[0].1 = elsewhere.into());
        assert!(message.contains("its files lie beside it"), "{message}");
    }
    let message =
        refused(&|_, places| (0..300).for_each(|at| places.push((format!("t{at}"), format!("f{at}")))));
    assert!(message.contains("names 303 files, and at most 256"), "{message}");
    // A file that is cut off, and one that is longer than all may be.
    let folder = sharded("cut-shards", &shards());
    folder.write("model-00002-of-00003.safetensors", b"12345678");
    let message = Source::new(&folder.0).llama(None).err().expect("refused").to_string();
    assert!(message.contains("model-00002-of-00003.safetensors: these bytes are no whole"), "{message}");
    for (name, length) in
        [("model-00002-of-00003.safetensors", 3u64 << 30), ("model-00003-of-00003.safetensors", 2 << 30)]
    {
        let file = std::fs::File::create(folder.path(name)).expect("a temporary file");
        file.set_len(length).expect("a file of holes");
    }
    let message = Source::new(&folder.0).llama(None).err().expect("refused").to_string();
    assert!(message.contains("bytes in all; take a smaller model"), "{message}");
    let whole = sharded("no-index", &shards());
    std::fs::remove_file(whole.path(INDEX)).expect("written");
    let message = Source::new(&whole.0).llama(None).err().expect("refused").to_string();
    assert!(
        message.contains("has the shard model-0000") && message.contains("download the index"),
        "{message}"
    );
    folder.write(INDEX, b"{}");
    let message = Source::new(&folder.0).llama(None).err().expect("refused").to_string();
    assert!(message.contains("it doesn't say what it should"), "{message}");
}

#[test]
fn integers_predict_like_floats() {
    let (floats, bundle) = (llama::llama(&tensors()), bundle());
    let decoder = Decoder::of_logits(&bundle).expect("a decoder");
    let found = Perplexity::new(&floats, &decoder, &texts(20, 77), &|| ()).expect("texts that it takes");
    assert!(found.is_enough() && found.loss() > -0.01 && found.agreement > 0.9, "{found}");
    let message =
        Decoder::of_logits(&encoder::bundle(&encoder::config())).err().expect("refused").to_string();
    assert!(message.contains("no language model"), "{message}");
}

#[test]
fn decoding_in_pieces_is_prefill_and_the_engine_the_reference() {
    let bundle = bundle();
    let texts = texts(6, 31);
    let reference = bundle.outputs(&texts, &|| ()).expect("texts that it takes");
    for (decoder, width) in [(Decoder::new(&bundle), 1), (Decoder::of_logits(&bundle), encoder::VOCABULARY)] {
        let decoder = decoder.expect("a decoder");
        for (ids, reference) in texts.iter().zip(&reference) {
            let whole = decoder.rows(ids).expect("a text that it takes");
            assert_eq!(whole.len(), width * ids.len());
            if width == 1 {
                assert_eq!(&whole, reference);
            }
            let (mut text, mut pieces) = (Sequence::new(), Vec::new());
            for piece in ids.chunk_by(|a, b| (a + b) % 3 > 0) {
                pieces.extend(decoder.append(&mut text, piece).expect("a text that it takes"));
            }
            assert_eq!(pieces, whole);
        }
    }
}

#[test]
fn every_node_is_recomputed_from_its_operands() {
    let bundle = bundle();
    let ids = &texts(1, 12)[0];
    for node in 0..bundle.model().model().nodes.len() as u32 {
        let row = 9;
        let width = match bundle.model().tensor(node).expect("a node").width {
            Width::Fixed(width) => width,
            Width::Heads(heads) => heads * (row + 1),
        };
        let place = Place { node, row, element: width - 1, part: Part::Output };
        let found = recompute(&bundle, ids, place).expect("an element");
        assert_eq!(found.alone, found.whole, "node {node}");
    }
}

#[test]
fn what_is_made_ends_where_it_must() {
    let bundle = bundle();
    let decoder = Decoder::new(&bundle).expect("a decoder");
    let ids = &texts(1, 8)[0][..12];
    let made = decoder.generate(ids, 5, |_| false).expect("a text that it takes");
    assert_eq!(made.len(), 5);
    // One prefill over all shows that each was the likeliest.
    let whole = [ids, &made[..]].concat();
    let rows = decoder.rows(&whole).expect("a text that it takes");
    assert!(made.iter().zip(&rows[11..]).all(|(id, row)| id.cast_signed() == *row));
    let first_end = made.iter().position(|id| *id == made[3]).expect("it is there");
    let ended = decoder.generate(ids, 5, |id| id == made[3]).expect("a text that it takes");
    assert_eq!(ended, made[..first_end]);
    assert!(decoder.generate(ids, 0, |_| false).expect("a text that it takes").is_empty());
    assert_eq!(decoder.generate(ids, 999, |_| false).expect("a text").len(), MAX_TOKENS - 12);
    let message = decoder.generate(&[], 5, |_| false).expect_err("empty").to_string();
    assert!(message.contains("words in it"), "{message}");
    let message = decoder.generate(&[1; 41], 5, |_| false).expect_err("too long").to_string();
    assert!(message.contains("41 tokens, the limit is 40"), "{message}");
}

#[test]
fn tensors_that_are_missing_left_over_or_of_another_shape_are_named() {
    let refused = |tensors: &encoder::Tensors, bytes: &[u8], naming| {
        let config = LlamaConfig::from_json(CONFIG.as_bytes()).expect("a config");
        let made = match naming {
            Naming::Transformers => Llama::new(config, &Weights::new(bytes).expect("a file"), naming),
            Naming::Gguf => Llama::new(config, &Gguf::new(bytes).expect("a file"), naming),
        };
        made.err().unwrap_or_else(|| panic!("{:?}", tensors.keys())).to_string()
    };
    let files = [(tensors(), Naming::Transformers), (gguf_tensors(), Naming::Gguf)];
    for (tensors, naming) in files {
        let file = |tensors: &encoder::Tensors| match naming {
            Naming::Transformers => encoder::file(tensors),
            Naming::Gguf => gguf("llama", tensors),
        };
        for name in tensors.keys() {
            let mut missing = tensors.clone();
            missing.remove(name);
            assert!(
                refused(&missing, &file(&missing), naming).contains(&format!("no tensor {name};")),
                "{name}"
            );
            let mut longer = tensors.clone();
            let (shape, numbers) = longer.get_mut(name).expect("it is there");
            let row = numbers.len() / shape[0];
            shape[0] += 1;
            numbers.extend(vec![0.0; row]);
            let message = refused(&longer, &file(&longer), naming);
            assert!(message.contains(&format!("{name} has the shape")), "{message}");
        }
        let mut biased = tensors.clone();
        biased.insert("attn_q.bias".into(), (vec![WIDTH], vec![0.0; WIDTH]));
        let message = refused(&biased, &file(&biased), naming);
        assert!(message.contains("attn_q.bias has no place"), "{message}");
    }
}

#[test]
fn gguf_files_say_what_they_are() {
    let bytes = gguf("llama", &gguf_tensors());
    let file = Gguf::new(&bytes).expect("a file");
    let tokens = Tokens::from_gguf(&file).expect("a tokenizer");
    // "the" is a token of its own, and so is a space with the a behind it.
    assert_eq!(tokens.ids("the at<end>", 9).expect("short"), [29, 30, 20, 0]);
    assert_eq!(tokens.text(&[29, 30, 20, 0]).expect("a text"), "the at");
    assert!(tokens.is_end(0) && tokens.is_end(999) && !tokens.is_end(29));
    tokens.expect_vocabulary(encoder::VOCABULARY).expect("ids of the model");

    let refused = |from: &[u8], to: &[u8]| {
        assert_eq!(from.len(), to.len());
        let at = bytes.windows(from.len()).position(|window| window == from).expect("it is there");
        let mut bytes = bytes.clone();
        bytes[at..at + to.len()].copy_from_slice(to);
        let file = Gguf::new(&bytes).expect("a file");
        let config = LlamaConfig::from_gguf(&file).map(|_| ()).err();
        config.or(Tokens::from_gguf(&file).err()).expect("refused").to_string()
    };
    let message = refused(b"\0llama\x11", b"\0gemma\x11");
    assert!(message.contains("'gemma'") && message.contains("only llama is supported"), "{message}");
    assert!(refused(b"llama.block_count", b"llama.black_count").contains("no fitting llama.block_count"));
    assert!(refused(b"head_count_kv\x04\0\0\0\x02", b"head_count_kv\x04\0\0\0\x03").contains("must divide"));
    assert!(refused(b"dimension_count\x04\0\0\0\x08", b"dimension_count\x04\0\0\0\x07").contains("isn't 8"));
    let message = refused(b"smollm", b"qwen-2");
    assert!(message.contains("'gpt2' with 'qwen-2'") && message.contains("tokenizer.json"), "{message}");
    assert!(refused(b"ggml.merges", b"ggml.merged").contains("no list tokenizer.ggml.merges"));
    assert!(refused(b"\x03\0\0\0\0\0\0\0t h", b"\x03\0\0\0\0\0\0\0t q").contains("tokenizer can't be read"));
}
