//! Text models: import from weights, the comparison with the float model, and what a miner commits to. What is done with
//! embeddings stands here, and what is done with language models in a file of its own.

mod decoder;
mod outcome;

use std::path::Path;

use millrace_importer::{
    reference_memory,
    text::{self, Bert, Bundle, Comparison, Config, Family, Quantized, Source, Texts},
    Refusal, Words,
};
use millrace_inference::rows::{Part, Place};

use self::outcome::{expect_near, expect_same_vocabulary, print_choices, said, write_bundle, Wanted};

use super::{
    commitment,
    progress::{steps, working},
    text_check::{say, Fault, Found},
    text_options::{Answer, At, Options, Spoken},
};

pub(super) fn import_folder(
    folder: &Path,
    output: &Path,
    words: Words,
    options: &Options,
) -> Result<(), String> {
    let (source, wanted) = (Source::new(folder), Wanted { output, words, options });
    match source.family().map_err(said)? {
        Family::Bert => import_encoder(&source, wanted),
        Family::Llama => decoder::import(&source, wanted),
    }
}

/// Says what an import would make of a file or a folder.
pub(super) fn check(path: &Path, json: bool) -> Result<(), String> {
    let fault = |refusal: Refusal| Fault { what: refusal.what().into(), remedy: refusal.remedy().into() };
    say(path, json, &working("checking", || found(&Source::new(path))).map_err(fault))
}

fn found(source: &Source) -> Result<Found, Refusal> {
    let (family, tokens) = (source.family()?, source.tokens()?);
    let found = match family {
        Family::Bert => of_encoder(source.bert(None)?.config()),
        Family::Llama => decoder::found(source.llama(None)?.config()),
    };
    tokens.expect_vocabulary(found.vocabulary)?;
    Ok(found)
}

fn of_encoder(config: &Config) -> Found {
    let Config { architecture, width, layers, inner, vocabulary, positions, types, max_tokens, .. } = *config;
    let weights = (vocabulary + positions + types) * width + layers * (4 * width + 2 * inner) * width;
    let purpose = if architecture.has_head() { "an encoder without its head" } else { "an encoder" };
    Found { architecture: architecture.name(), purpose, layers, width, vocabulary, max_tokens, weights }
}

fn import_encoder(source: &Source, wanted: Wanted<'_>) -> Result<(), String> {
    let options = wanted.options;
    let texts = texts(options.texts.as_deref())?;
    let tokens = source.tokens().map_err(said)?;
    let bert = working("reading", || source.bert(options.max_tokens)).map_err(said)?;
    tokens.expect_vocabulary(bert.config().vocabulary).map_err(said)?;
    let architecture = bert.config().architecture;
    if architecture.has_head() {
        println!("head         of {} left out: the encoder alone is imported", architecture.name());
    }
    let limit = bert.config().max_tokens;
    let ids = |texts: &[String]| {
        texts.iter().map(|text| tokens.ids(text, limit)).collect::<Result<Vec<_>, _>>().map_err(said)
    };
    let (calibration, held_out) = (ids(&texts.calibration)?, ids(&texts.held_out)?);
    let quantized: Quantized =
        steps("calibrating", bert.config().layers, |done| text::quantize(&bert, &calibration, done))
            .map_err(said)?;
    print_choices(&quantized.choices);
    let bundle = Bundle::new(quantized, tokens).map_err(said)?;
    let comparison = compare(&bert, &bundle, &held_out)?;
    println!(
        "\ncalibrated   {} texts, {} tokens",
        calibration.len(),
        calibration.iter().map(Vec::len).sum::<usize>()
    );
    println!("held out     {comparison}");
    let [mean, least, spearman] = Comparison::BAR;
    let bar = format!("{mean} in the mean, {least} at least and Spearman {spearman}");
    expect_near(comparison.is_enough(), &comparison.to_string(), &bar, options)?;
    write_bundle(&bundle, wanted)
}

fn compare(bert: &Bert, bundle: &Bundle, held_out: &[Vec<u32>]) -> Result<Comparison, String> {
    let floats = working("executing in floats", || bert.embeddings(held_out));
    let integers =
        steps("executing", held_out.len(), |done| bundle.embeddings(held_out, done)).map_err(said)?;
    Comparison::new(&floats, &integers).map_err(said)
}

pub(super) fn run(model: &Path, texts: &[String], spoken: &Answer) -> Result<(), String> {
    let bundle = working("reading", || Bundle::load(model)).map_err(said)?;
    match (bundle.is_decoder(), spoken.generate) {
        (true, Some(most)) => decoder::run(&bundle, texts, most, spoken.integers),
        (true, None) => Err(format!("{} is a language model; let it go on with --generate", model.display())),
        (false, Some(_)) => Err(format!(
            "{} is an encoder, which gives a text's embedding; leave --generate out",
            model.display()
        )),
        (false, None) => embed(&bundle, texts, spoken.integers),
    }
}

fn embed(bundle: &Bundle, texts: &[String], integers: bool) -> Result<(), String> {
    let ids = texts.iter().map(|text| bundle.ids(text)).collect::<Result<Vec<_>, _>>().map_err(said)?;
    commitment::state(bundle.memory(&ids).map_err(said)?);
    let outputs = steps("executing", ids.len(), |done| bundle.outputs(&ids, done)).map_err(said)?;
    if !integers {
        eprintln!(
            "The output is integers; it was brought to length one here, in floats. --integers prints it."
        );
    }
    for output in outputs {
        let numbers: Vec<String> = match integers {
            true => output.iter().map(i32::to_string).collect(),
            false => {
                text::unit(output.into_iter().map(f64::from)).iter().map(|x| format!("{x:.6}")).collect()
            }
        };
        println!("[{}]", numbers.join(","));
    }
    Ok(())
}

pub(super) fn diff(model: &Path, weights: Option<&Path>, file: Option<&Path>) -> Result<(), String> {
    let weights = weights.ok_or("give --weights, what the model was imported from")?;
    let bundle = working("reading", || Bundle::load(model)).map_err(said)?;
    if bundle.is_decoder() {
        return decoder::diff(&bundle, weights, file);
    }
    let texts = texts(file)?;
    let limit = usize::try_from(bundle.model().model().max_tokens).ok();
    let bert = working("reading", || Source::new(weights).bert(limit)).map_err(said)?;
    expect_same_vocabulary(&bundle, bert.config().vocabulary)?;
    let held_out =
        texts.held_out.iter().map(|text| bundle.ids(text)).collect::<Result<Vec<_>, _>>().map_err(said)?;
    println!("{}", compare(&bert, &bundle, &held_out)?);
    Ok(())
}

pub(super) fn trunk(spoken: &Spoken, output: &Path) -> Result<(), String> {
    let bundle = working("reading", || Bundle::load(&spoken.model)).map_err(said)?;
    let ids = bundle.ids(spoken.text()).map_err(said)?;
    let executable = working("preparing", || bundle.executable()).map_err(said)?;
    commitment::state(executable.memory(ids.len() as u32));
    let commitment = working("executing", || executable.commit(&ids)).map_err(said)?;
    println!("tokens       {}", ids.len());
    commitment::keep(&commitment, output)
}

pub(super) fn element(spoken: &Spoken, at: &At) -> Result<(), String> {
    let bundle = working("reading", || Bundle::load(&spoken.model)).map_err(said)?;
    let ids = bundle.ids(spoken.text()).map_err(said)?;
    let place = Place { node: at.node, row: at.row, element: at.element, part: Part::Output };
    commitment::state(reference_memory(bundle.model(), ids.len() as u32).map_err(said)?);
    let found = working("executing", || text::recompute(&bundle, &ids, place)).map_err(said)?;
    commitment::compare(&found)
}

fn texts(file: Option<&Path>) -> Result<Texts, String> {
    file.map_or_else(|| Ok(Texts::built_in()), Texts::read).map_err(said)
}
