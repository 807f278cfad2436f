//! The commands of `millrace-model` on text models.
#![allow(missing_docs)]

mod encoder;
mod exported;
mod llama;
mod program;

use encoder::{Folder, CONFIG};
use program::millrace_model;

/// Sentences of the tokenizer's words.
fn sentences() -> String {
    let sentence = |text: &Vec<u32>| text.iter().map(|id| format!("w{id}")).collect::<Vec<_>>().join(" ");
    encoder::texts(200, 3).iter().map(|text| sentence(text) + "\n").collect()
}

#[test]
fn an_encoder_is_imported_run_compared_and_committed_to() {
    let folder = Folder::with_encoder("commands", CONFIG);
    folder.write("texts.txt", sentences().as_bytes());
    let path = |name: &str| folder.path(name).display().to_string();
    let (from, model, texts) = (folder.0.display().to_string(), path("tiny.millrace"), path("texts.txt"));

    let described = ["--name", "tiny words", "--licence", "MIT", "--input-meaning", "ids of words"];
    let named = [&["import", &from, "-o", &model, "--texts", &texts], &described[..]].concat();
    let (fine, said) = millrace_model(&named);
    assert!(fine && said.contains("on 40 texts") && said.contains("blob         0x"), "{said}");
    assert!(said.contains("tiny.metadata.json, which name the tokenizer"), "{said}");
    let metadata = std::fs::read_to_string(path("tiny.metadata.json")).expect("written");
    let tokenizer = blake3::hash(&encoder::tokenizer()).to_hex();
    let expected = format!(
        concat!(
            r#"{{"name":"tiny words","licence":"MIT","input":{{"shape":[1],"#,
            r#""meaning":"ids of words, by the tokenizer with BLAKE3 0x{}","scale":"1","zeroPoint":0}},"#,
            r#""output":{{"shape":[32],"meaning":"direction of the embedding; its length means nothing","#,
            r#""scale":"1","zeroPoint":0}},"labels":[]}}"#,
            "\n"
        ),
        tokenizer
    );
    assert_eq!(metadata, expected);
    let (fine, said) = millrace_model(&["run", &model, "--text", "w3 w4 w5", "--text", "w9"]);
    assert!(fine && said.matches('[').count() == 2 && said.contains("in floats"), "{said}");
    let (fine, said) = millrace_model(&["run", &model, "--text", "w3 w4 w5", "--integers"]);
    let line = said.lines().find(|line| line.starts_with('[')).expect("a row");
    let integers: Vec<i32> =
        line.trim_matches(['[', ']']).split(',').map(|x| x.parse().expect("an integer")).collect();
    assert!(fine && integers.len() == 32 && said.contains("bytes of memory"), "{said}");
    let (fine, said) = millrace_model(&["diff", &model, "--weights", &from, "--texts", &texts]);
    assert!(fine && said.contains("Spearman") && said.contains("on 40 texts"), "{said}");
    let (fine, said) = millrace_model(&["trunk", &model, "--text", "w3 w4 w5", "-o", &path("leaves")]);
    assert!(fine && said.contains("execution    0x"), "{said}");
    // Three trunk nodes, three tokens, rows of 128 bytes.
    assert_eq!(std::fs::read(path("leaves")).expect("written").len(), 9 * 32);
    let at = ["--text", "w3 w4 w5", "--node", "2", "--row", "1", "--element", "7"];
    let (fine, said) = millrace_model(&[&["element", &model], &at[..]].concat());
    assert!(fine && said.contains("bytes of operands"), "{said}");

    let (fine, said) = millrace_model(&["run", &model, "--text", &"w1 ".repeat(25)]);
    assert!(!fine && said.contains("25 tokens and the model takes 24"), "{said}");
    let (fine, said) = millrace_model(&["run", &model, "--text", "w1", "--generate"]);
    assert!(!fine && said.contains("is an encoder"), "{said}");
    let (fine, said) = millrace_model(&["run", &model]);
    assert!(!fine && said.contains("<INPUT>"), "{said}");
}

#[test]
fn an_exported_encoder_becomes_the_same_model() {
    let blob = |folder: &Folder, from: &str| {
        folder.write("texts.txt", sentences().as_bytes());
        let path = |name: &str| folder.path(name).display().to_string();
        let (model, texts) = (path("tiny.millrace"), path("texts.txt"));
        let (fine, said) = millrace_model(&["import", &path(from), "-o", &model, "--texts", &texts]);
        assert!(fine, "{said}");
        let (fine, compared) = millrace_model(&["diff", &model, "--weights", &path(from), "--texts", &texts]);
        assert!(fine && compared.contains("Spearman"), "{compared}");
        said.lines().find(|line| line.starts_with("blob ")).expect("a blob").to_owned()
    };
    let plain = Folder::with_encoder("plain-blob", CONFIG);
    let exported = exported::folder("exported-blob", CONFIG, &exported::bytes("encoder.onnx"));
    assert_eq!(blob(&exported, "model.onnx"), blob(&plain, ""));
    assert_eq!(blob(&exported, ""), blob(&plain, "model.safetensors"));
}

#[test]
fn a_model_that_misses_the_bar_isnt_written_unless_it_is_asked_for() {
    // To this tokenizer nearly all built-in texts are one word, so that their order is noise.
    let folder = Folder::with_encoder("bar", &CONFIG.replace("24", "512"));
    let mut tensors = encoder::tensors();
    let positions = tensors.get_mut("embeddings.position_embeddings.weight").expect("there");
    positions.0[0] = 512;
    positions.1.resize(512 * encoder::WIDTH, 0.0);
    folder.write("model.safetensors", &encoder::file(&tensors));
    let (from, model) = (folder.0.display().to_string(), folder.path("bad.millrace").display().to_string());
    let (fine, said) = millrace_model(&["import", &from, "-o", &model]);
    assert!(!fine && said.contains("so it isn't written") && said.contains("--despite-loss"), "{said}");
    assert!(["bad.millrace", "bad.blob", "bad.tokenizer.json", "bad.metadata.json"]
        .iter()
        .all(|name| !folder.path(name).exists()));
    let (fine, said) = millrace_model(&["import", &from, "-o", &model, "--despite-loss"]);
    assert!(fine && said.contains("although it misses"), "{said}");
    assert!(folder.path("bad.millrace").exists());
}

#[test]
fn a_decoder_is_imported_and_goes_on_with_a_text() {
    let folder = Folder::new("decoder-commands");
    folder.write("tiny.gguf", &llama::gguf("llama", &llama::gguf_tensors()));
    folder.write("texts.txt", "the theme of that a heath bath\n".repeat(300).as_bytes());
    let path = |name: &str| folder.path(name).display().to_string();
    let (from, model, texts) = (path("tiny.gguf"), path("tiny.millrace"), path("texts.txt"));

    let (fine, said) = millrace_model(&["import", &from, "-o", &model, "--texts", &texts, "--despite-loss"]);
    assert!(fine && said.contains("perplexity") && said.contains("blob         0x"), "{said}");
    let metadata = std::fs::read_to_string(path("tiny.metadata.json")).expect("written");
    assert!(metadata.contains(r#""name":"tiny","#), "{metadata}");
    assert!(
        metadata.contains(r#""output":{"shape":[1],"meaning":"the likeliest token behind each","#),
        "{metadata}"
    );
    let (fine, said) =
        millrace_model(&["run", &model, "--text", "the bath", "--generate", "7", "--integers"]);
    assert!(fine && said.matches(", ").count() <= 6 && said.starts_with('['), "{said}");
    let (fine, said) = millrace_model(&["run", &model, "--text", "the bath", "--generate"]);
    assert!(fine && !said.contains('['), "{said}");
    let (fine, said) = millrace_model(&["diff", &model, "--weights", &from, "--texts", &texts]);
    assert!(fine && said.contains("perplexity") && said.contains(" in integers ("), "{said}");
    let (fine, said) = millrace_model(&["trunk", &model, "--text", "the bath", "-o", &path("leaves")]);
    assert!(fine && said.contains("execution    0x"), "{said}");

    let (fine, said) = millrace_model(&["run", &model, "--text", "the bath"]);
    assert!(!fine && said.contains("is a language model; let it go on with --generate"), "{said}");
    let (fine, said) = millrace_model(&["run", &model, "--text", &"the ".repeat(50), "--generate"]);
    assert!(!fine && said.contains("and the model takes 40"), "{said}");
    let (fine, said) = millrace_model(&["run", &model, "--text", "a", "--generate", "x"]);
    assert!(!fine && said.contains("--generate"), "{said}");
}

#[test]
fn gguf_files_that_cant_be_imported_leave_nothing_behind() {
    let folder = Folder::new("decoder-refusals");
    let whole = llama::gguf("llama", &llama::gguf_tensors());
    let cases = [
        (whole[..whole.len() - 40].to_vec(), "would end after its"),
        (b"PK and so on".to_vec(), "don't begin with 'GGUF'"),
        (llama::gguf("gemma", &llama::gguf_tensors()), "'gemma', and of GGUF files only llama"),
    ];
    for (bytes, wanted) in cases {
        folder.write("bad.gguf", &bytes);
        let (from, to) = (folder.path("bad.gguf"), folder.path("bad.millrace"));
        let (from, to) = (from.display().to_string(), to.display().to_string());
        let (fine, said) = millrace_model(&["import", &from, "-o", &to]);
        assert!(!fine && said.contains("bad.gguf: ") && said.contains(wanted), "{said}");
        assert!(["bad.millrace", "bad.blob", "bad.tokenizer.json", "bad.metadata.json"]
            .iter()
            .all(|name| !folder.path(name).exists()));
    }
}

#[test]
fn refusals_say_what_to_do() {
    let folder = Folder::with_encoder("refusals", &CONFIG.replace("BertModel", "T5EncoderModel"));
    let (from, model) = (folder.0.display().to_string(), folder.path("x.millrace").display().to_string());
    let (fine, said) = millrace_model(&["import", &from, "-o", &model]);
    assert!(
        !fine
            && said.contains("'T5EncoderModel'")
            && said.contains("BertForMaskedLM, and LlamaForCausalLM are supported"),
        "{said}"
    );
    folder.write("config.json", CONFIG.as_bytes());
    let (fine, said) = millrace_model(&["import", &from, "-o", &model, "--name", "a\tb"]);
    assert!(!fine && said.contains("control characters: leave them out"), "{said}");
    let (fine, said) = millrace_model(&["import", &from, "-o", &model, "--texts", "/nowhere.txt"]);
    assert!(!fine && said.contains("name a file that is there"), "{said}");
    let (fine, said) = millrace_model(&["diff", &model, "--weights", &from]);
    assert!(!fine && said.contains("x.millrace"), "{said}");
}

#[test]
fn check_says_what_import_would_do() {
    let exported = exported::folder("check", CONFIG, &exported::bytes("encoder.onnx"));
    let path = |name: &str| exported.path(name).display().to_string();
    for file in [exported.0.display().to_string(), path("model.onnx")] {
        let (fine, said) = millrace_model(&["check", &file]);
        assert!(fine && said.contains("a text model, an encoder (BertModel)"), "{said}");
        assert!(
            said.contains("2 blocks, rows of 32") && said.contains("up to 24 tokens, 60 different"),
            "{said}"
        );
        let (fine, said) = millrace_model(&["check", &file, "--json"]);
        assert!(fine && said.contains(r#""settled":"claimed""#) && said.contains(r#""layers":2"#), "{said}");
    }
    exported.write("config.json", CONFIG.replace("\"vocab_size\": 60", "\"vocab_size\": 61").as_bytes());
    let (fine, said) = millrace_model(&["check", &path("model.onnx")]);
    assert!(!fine && said.contains("no table of the shape [61, 32]") && said.contains("  → "), "{said}");
    let headed = CONFIG.replace(r#"["BertModel"]"#, r#"["BertForMaskedLM"], "model_type": "bert""#);
    exported.write("config.json", headed.as_bytes());
    let (fine, said) = millrace_model(&["check", &path("model.onnx")]);
    assert!(fine && said.contains("an encoder without its head (BertForMaskedLM)"), "{said}");
    exported.write("texts.txt", sentences().as_bytes());
    let (texts, model) = (path("texts.txt"), path("headed.millrace"));
    let (fine, said) = millrace_model(&["import", &path(""), "-o", &model, "--texts", &texts]);
    assert!(fine && said.contains("head         of BertForMaskedLM left out"), "{said}");
    exported.write("config.json", CONFIG.replace("BertModel", "T5EncoderModel").as_bytes());
    let (fine, said) = millrace_model(&["check", &path("model.onnx"), "--json"]);
    assert!(!fine && said.contains("'T5EncoderModel'") && said.contains(r#""importable":false"#), "{said}");

    let decoder = exported::folder("check-decoder", llama::CONFIG, &exported::bytes("decoder.onnx"));
    let (fine, said) = millrace_model(&["check", &decoder.0.display().to_string()]);
    assert!(fine && said.contains("a language model (LlamaForCausalLM)"), "{said}");
}
