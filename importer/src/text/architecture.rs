//! Which encoders can be imported, by what config.json calls them.

use serde::Deserialize;

use super::llama::LlamaConfig;
use crate::refusal::Refusal;

/// Whose names and settings an encoder has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lineage {
    Bert,
    /// The same blocks under other names, and no types of tokens.
    DistilBert,
}

/// An encoder of the BERT family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Architecture {
    name: &'static str,
    pub(crate) lineage: Lineage,
}

/// What config.json says of the kind of model.
#[derive(Deserialize)]
pub(crate) struct Named {
    #[serde(default)]
    pub(crate) architectures: Vec<String>,
    #[serde(default)]
    pub(crate) model_type: Option<String>,
}

/// Those that can be imported; all but the first of each lineage are its encoder with a head on it.
const KNOWN: [(Lineage, &str, &[&str]); 2] = [
    (
        Lineage::Bert,
        "bert",
        &[
            "BertModel",
            "BertForMaskedLM",
            "BertForPreTraining",
            "BertForNextSentencePrediction",
            "BertForSequenceClassification",
            "BertForMultipleChoice",
            "BertForTokenClassification",
            "BertForQuestionAnswering",
        ],
    ),
    (
        Lineage::DistilBert,
        "distilbert",
        &[
            "DistilBertModel",
            "DistilBertForMaskedLM",
            "DistilBertForSequenceClassification",
            "DistilBertForMultipleChoice",
            "DistilBertForTokenClassification",
            "DistilBertForQuestionAnswering",
        ],
    ),
];

/// What other families do that these don't.
const OTHERS: [(&str, &str); 3] = [
    ("Roberta", "RoBERTa counts positions from behind the padding token's"),
    ("MPNet", "MPNet's attention adds a bias for each distance"),
    ("Albert", "ALBERT's blocks share their weights and its tokens' rows are narrower"),
];

impl Architecture {
    /// What a configuration names.
    ///
    /// # Errors
    /// [`Refusal`] of another family, and of a model type that contradicts the name.
    pub(crate) fn new(named: &Named) -> Result<Self, Refusal> {
        let all = named.architectures.join(", ");
        for (lineage, model_type, names) in KNOWN {
            let Some(&name) = names.iter().find(|name| all == **name) else { continue };
            // Old configurations have no type, and of these only bare encoders of BERT are read.
            let is_own = match &named.model_type {
                Some(found) => found == model_type,
                None => name == KNOWN[0].2[0],
            };
            return match is_own {
                true => Ok(Self { name, lineage }),
                false => Err(refusal!(
                    "config.json names the architecture '{name}' and the model_type '{}', expected '{model_type}'",
                    named.model_type.as_deref().unwrap_or_default();
                    "give the config.json that came with the weights"
                )),
            };
        }
        let why = OTHERS.iter().find(|(family, _)| all.contains(family));
        let why = why.map_or(String::new(), |(_, why)| format!(" ({why})"));
        Err(refusal!(
            "config.json names the architecture '{all}'{why}, and of text models BertModel, DistilBertModel, those with a head such as \
             BertForMaskedLM, and {} are supported", LlamaConfig::ARCHITECTURE;
            "take an encoder of BERT or DistilBERT, as many of sentence-transformers' are, or a decoder of the LLaMA family"
        ))
    }

    /// Its name in config.json.
    pub fn name(self) -> &'static str {
        self.name
    }

    /// Whether it has a head, which isn't imported.
    pub fn has_head(self) -> bool {
        KNOWN.iter().all(|(_, _, names)| names[0] != self.name)
    }

    /// What a checkpoint calls the tensor that BERT's call this.
    pub(crate) fn tensor(self, name: &str) -> String {
        const PARTS: [(&str, &str); 9] = [
            ("encoder.layer.", "transformer.layer."),
            ("attention.self.query", "attention.q_lin"),
            ("attention.self.key", "attention.k_lin"),
            ("attention.self.value", "attention.v_lin"),
            ("attention.output.dense", "attention.out_lin"),
            ("attention.output.LayerNorm", "sa_layer_norm"),
            ("intermediate.dense", "ffn.lin1"),
            ("output.dense", "ffn.lin2"),
            ("output.LayerNorm", "output_layer_norm"),
        ];
        match self.lineage {
            Lineage::Bert => name.into(),
            Lineage::DistilBert => {
                PARTS.iter().fold(name.into(), |name: String, (from, to)| name.replace(from, to))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(architecture: &str, model_type: Option<&str>) -> Result<Architecture, String> {
        let named =
            Named { architectures: vec![architecture.into()], model_type: model_type.map(String::from) };
        Architecture::new(&named).map_err(|refusal| refusal.to_string())
    }

    #[test]
    fn bare_encoders_and_those_with_heads_are_known() {
        for (name, model_type, has_head) in [
            ("BertModel", None, false),
            ("BertModel", Some("bert"), false),
            ("BertForMaskedLM", Some("bert"), true),
            ("BertForQuestionAnswering", Some("bert"), true),
            ("DistilBertModel", Some("distilbert"), false),
            ("DistilBertForMaskedLM", Some("distilbert"), true),
        ] {
            let found = named(name, model_type).expect(name);
            assert_eq!((found.name(), found.has_head()), (name, has_head));
        }
    }

    #[test]
    fn others_are_refused_by_name() {
        for (name, why) in [
            ("RobertaModel", "RoBERTa counts positions"),
            ("XLMRobertaForMaskedLM", "RoBERTa counts positions"),
            ("MPNetModel", "a bias for each distance"),
            ("AlbertModel", "share their weights"),
            ("BertLMHeadModel", "of text models BertModel, DistilBertModel"),
            ("", "of text models BertModel, DistilBertModel"),
        ] {
            let message = named(name, Some("bert")).expect_err(name);
            assert!(message.contains(&format!("'{name}'")) && message.contains(why), "{message}");
        }
        for (name, model_type) in
            [("BertForMaskedLM", None), ("BertModel", Some("roberta")), ("DistilBertModel", Some("bert"))]
        {
            let message = named(name, model_type).expect_err(name);
            assert!(message.contains("expected '") && message.contains("give the config.json"), "{message}");
        }
    }

    #[test]
    fn tensors_have_the_names_of_the_lineage() {
        let distil = named("DistilBertModel", Some("distilbert")).expect("known");
        for (bert, own) in [
            ("embeddings.LayerNorm.bias", "embeddings.LayerNorm.bias"),
            ("encoder.layer.3.attention.output.dense.weight", "transformer.layer.3.attention.out_lin.weight"),
            ("encoder.layer.3.attention.output.LayerNorm.bias", "transformer.layer.3.sa_layer_norm.bias"),
            ("encoder.layer.3.output.dense.bias", "transformer.layer.3.ffn.lin2.bias"),
            ("encoder.layer.3.output.LayerNorm.weight", "transformer.layer.3.output_layer_norm.weight"),
        ] {
            assert_eq!(distil.tensor(bert), own);
        }
    }
}
