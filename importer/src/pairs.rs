//! Operators of any number of inputs as several of two, so that whatever reads the graph sees the tensors in between, too:
//! calibration, which finds their ranges, as well as the import.

use std::collections::HashSet;

use crate::{names::own, onnx::Node};

/// The nodes with each `Max`, `Min` and `Sum` of more than two inputs as one of two after the other, and the names of the tensors in
/// between. All of them are named as the node that they stand for.
pub(crate) fn in_pairs(nodes: &[&Node]) -> (Vec<Node>, HashSet<String>) {
    let (mut paired, mut between) = (Vec::with_capacity(nodes.len()), HashSet::new());
    for node in nodes {
        let (first, rest) = match (node.op_type.as_str(), node.input.as_slice()) {
            ("Max" | "Min" | "Sum", [first, rest @ ..]) if rest.len() > 1 => (first, rest),
            _ => {
                paired.push(Node::clone(node));
                continue;
            }
        };
        let output = node.output.first().map_or("", String::as_str);
        let label = if node.name.is_empty() { output } else { &node.name };
        let mut before = first.clone();
        for (at, name) in rest.iter().enumerate() {
            let input = vec![before, name.clone()];
            let is_last = at + 1 == rest.len();
            before = if is_last { output.to_owned() } else { own(output, format_args!("of {}", at + 2)) };
            if !is_last {
                between.insert(before.clone());
            }
            let output = vec![before.clone()];
            paired.push(Node { name: label.to_owned(), input, output, ..Node::clone(node) });
        }
    }
    (paired, between)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(operator: &str, inputs: &[&str]) -> Node {
        let input = inputs.iter().map(ToString::to_string).collect();
        Node {
            op_type: operator.into(),
            name: "n".into(),
            input,
            output: vec!["y".into()],
            ..Node::default()
        }
    }

    #[test]
    fn a_node_without_a_name_keeps_that_of_its_output() {
        let sum = Node { name: String::new(), ..node("Sum", &["a", "b", "c"]) };
        let (nodes, _) = in_pairs(&[&sum]);
        assert!(nodes.iter().all(|node| node.label() == sum.label()), "{nodes:?}");
    }

    #[test]
    fn many_inputs_are_taken_two_by_two() {
        let (sum, concat) = (node("Sum", &["a", "b", "c", "d"]), node("Concat", &["y", "b", "c"]));
        let (nodes, between) = in_pairs(&[&sum, &concat]);
        let read: Vec<_> =
            nodes.iter().map(|node| (node.label(), node.input.join(" + "), node.output[0].clone())).collect();
        let [two, three] = ["of 2", "of 3"].map(|what| own("y", what));
        assert_eq!(read[0], ("Sum 'n'".into(), "a + b".into(), two.clone()));
        assert_eq!(read[1], ("Sum 'n'".into(), format!("{two} + c"), three.clone()));
        assert_eq!(read[2], ("Sum 'n'".into(), format!("{three} + d"), "y".into()));
        assert_eq!((nodes.len(), nodes[3] == concat), (4, true));
        assert_eq!(between, HashSet::from([two, three]));
        for alone in [node("Max", &["a"]), node("Min", &["a", "b"])] {
            assert_eq!(in_pairs(&[&alone]), (vec![alone.clone()], HashSet::new()));
        }
    }
}
