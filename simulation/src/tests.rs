//! A few rounds of every scenario: the chain's properties hold, and files are written.

use crate::{compare, outcome::Setting, report, scenarios};

#[test]
fn every_scenario_runs_for_a_few_rounds() {
    let folder = std::env::temp_dir().join(format!("millrace-simulation-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder for temporary files");
    let mut all = Vec::new();
    for scenario in scenarios::all() {
        let compared = compare(scenario.name(), &Setting { rounds: 6, seed: 7, demand: 50 });
        assert!(compared.honest.totals.served > 0, "{} serves nobody", scenario.name());
        report::write_csv(&folder, &compared).expect("a file");
        all.push(compared);
    }
    report::write_summary(&folder, &all).expect("a file");
    report::write_figures(&folder, &all).expect("figures");
    report::print(&all);
    let files = std::fs::read_dir(&folder).expect("the folder").count();
    assert_eq!(files, all.len() + 1 + 4);
    std::fs::remove_dir_all(&folder).expect("the folder");
}

#[test]
fn the_same_seed_gives_the_same_outcome() {
    let profit = |seed| compare("honest", &Setting { rounds: 8, seed, demand: 50 }).honest.others;
    assert_eq!(profit(1), profit(1));
    assert_ne!(profit(1), profit(2));
}

/// The table that docs/economics.md shows is of all scenarios there are, and none of them pays.
#[test]
fn no_attack_that_is_documented_pays() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/economics/summary.csv");
    let table = std::fs::read_to_string(path).expect("the table");
    let rows = table.lines().skip(1).map(|row| row.split(',').collect::<Vec<_>>());
    let advantages = rows.map(|row| (row[0].to_owned(), row[3].parse::<f64>().expect("MILL")));
    let advantages: Vec<_> = advantages.collect();
    let names: Vec<_> = advantages.iter().map(|(name, _)| name.as_str()).collect();
    let scenarios = scenarios::all();
    assert_eq!(names, scenarios.iter().map(|scenario| scenario.name()).collect::<Vec<_>>());
    for (name, advantage) in advantages {
        assert!(
            advantage <= 0.0,
            "{name} pays {advantage} MILL: change the rule, or say so in docs/economics.md"
        );
    }
}
