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
