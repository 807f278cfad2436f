//! What a simulation leaves: a CSV file of each scenario, and a table and figures of all.

use std::{fs, io, path::Path};

use plotters::{coord::Shift, prelude::*};

use crate::outcome::{mill, Outcome, Row};

/// A scenario's two runs.
pub struct Compared {
    pub name: &'static str,
    pub about: &'static str,
    pub honest: Outcome,
    pub attack: Outcome,
}

impl Compared {
    /// What attacking brings beyond honest mining, MILL.
    pub fn advantage(&self) -> f64 {
        self.attack.attackers - self.honest.attackers
    }
}

/// Writes a scenario's course.
pub fn write_csv(folder: &Path, compared: &Compared) -> io::Result<()> {
    let mut text = String::from(
        "run,round,emission_per_mega_mac,price,waiting,difficulty,attackers_profit,others_profit,served\n",
    );
    for (run, outcome) in [("honest", &compared.honest), ("attack", &compared.attack)] {
        for row in &outcome.rows {
            let Row { round, per_mega_mac, price, waiting, difficulty, attackers, others, served } = row;
            text += &format!(
                "{run},{round},{per_mega_mac:.9},{price:.9},{waiting},{difficulty},{attackers:.6},{others:.6},{served:.4}\n"
            );
        }
    }
    fs::write(folder.join(format!("{}.csv", compared.name)), text)
}

/// Writes the table of all scenarios.
pub fn write_summary(folder: &Path, all: &[Compared]) -> io::Result<()> {
    let mut text = String::from(
        "scenario,honest_profit,attack_profit,advantage,others_honest,others_attack,served_honest,served_attack,\
         price_honest,price_attack,slashed,charged,rent\n",
    );
    for compared in all {
        let Compared { name, honest, attack, .. } = compared;
        let totals = &attack.totals;
        text += &format!(
            "{name},{:.6},{:.6},{:.6},{:.6},{:.6},{:.4},{:.4},{:.9},{:.9},{:.6},{:.6},{:.6}\n",
            honest.attackers,
            attack.attackers,
            compared.advantage(),
            honest.others,
            attack.others,
            honest.served(),
            attack.served(),
            honest.totals.mean_price(),
            totals.mean_price(),
            mill(totals.slashed),
            mill(totals.charged),
            mill(totals.rent),
        );
    }
    fs::write(folder.join("summary.csv"), text)
}

/// Columns of a figure's charts.
const COLUMNS: usize = 3;
/// Pixels of a chart.
const CHART: (u32, u32) = (420, 240);

/// A figure with a chart for each scenario: what a column was in its two runs.
fn draw(
    path: &Path,
    all: &[Compared],
    value: impl Fn(&Row) -> f64,
) -> Result<(), Box<dyn std::error::Error>> {
    let columns = all.len().clamp(1, COLUMNS);
    let rows = all.len().div_ceil(columns).max(1);
    let size = (CHART.0 * columns as u32, CHART.1 * rows as u32);
    let root = SVGBackend::new(path, size).into_drawing_area();
    root.fill(&WHITE)?;
    for (area, compared) in root.split_evenly((rows, columns)).iter().zip(all) {
        draw_chart(area, compared, &value)?;
    }
    root.present()?;
    Ok(())
}

fn draw_chart(
    area: &DrawingArea<SVGBackend<'_>, Shift>,
    compared: &Compared,
    value: &impl Fn(&Row) -> f64,
) -> Result<(), Box<dyn std::error::Error>> {
    let points = |outcome: &Outcome| -> Vec<(f64, f64)> {
        outcome.rows.iter().map(|row| (f64::from(row.round), value(row))).collect()
    };
    let (honest, attack) = (points(&compared.honest), points(&compared.attack));
    let all = || honest.iter().chain(&attack);
    let least = all().map(|(_, y)| *y).fold(0.0, f64::min);
    let most = all().map(|(_, y)| *y).fold(1e-9, f64::max);
    let last = all().map(|(x, _)| *x).fold(1.0, f64::max);
    let mut chart = ChartBuilder::on(area)
        .caption(compared.name, ("sans-serif", 16))
        .margin(8)
        .x_label_area_size(25)
        .y_label_area_size(60)
        .build_cartesian_2d(0.0..last, least..most * 1.05)?;
    chart.configure_mesh().x_labels(5).y_labels(5).light_line_style(WHITE).draw()?;
    for (points, colour, label) in [(honest.clone(), BLUE, "honest"), (attack.clone(), RED, "attack")] {
        chart
            .draw_series(LineSeries::new(points, colour.stroke_width(2)))?
            .label(label)
            .legend(move |(x, y)| PathElement::new(vec![(x, y), (x + 20, y)], colour));
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::LowerLeft)
        .background_style(WHITE.mix(0.8))
        .draw()?;
    Ok(())
}

/// Draws the figures, each of all scenarios.
pub fn write_figures(folder: &Path, all: &[Compared]) -> Result<(), Box<dyn std::error::Error>> {
    let file = |what: &str| folder.join(format!("{what}.svg"));
    draw(&file("profit"), all, |row| row.attackers)?;
    draw(&file("price"), all, |row| row.price)?;
    draw(&file("emission"), all, |row| row.per_mega_mac)?;
    draw(&file("served"), all, |row| row.served)
}

/// Prints what all scenarios came to.
pub fn print(all: &[Compared]) {
    println!(
        "{:<16} {:>13} {:>13} {:>11} {:>13} {:>15}",
        "scenario", "honest, MILL", "attack, MILL", "advantage", "others, MILL", "tasks served"
    );
    for compared in all {
        let Compared { name, honest, attack, .. } = compared;
        println!(
            "{name:<16} {:>13.2} {:>13.2} {:>11.2} {:>13.2} {:>6.1} → {:>5.1} %",
            honest.attackers,
            attack.attackers,
            compared.advantage(),
            attack.others - honest.others,
            honest.served() * 100.0,
            attack.served() * 100.0,
        );
    }
    if let Some(Compared { honest, .. }) = all.first() {
        print_parts(honest);
    }
    for compared in all.iter().filter(|compared| compared.advantage() > 0.0) {
        println!("pays: {}: {}", compared.name, compared.about);
    }
}

/// Prints who got what of the customers' money and of the emission, in a run.
fn print_parts(outcome: &Outcome) {
    let totals = &outcome.totals;
    let bill = [
        ("miners", totals.paid),
        ("burned, the protocol's cut", totals.burned),
        ("burned, rent", totals.rent),
        ("collators, verification", totals.verification),
        ("collators, retention", totals.retention),
        ("collators, transactions", totals.transaction_fees),
    ];
    let all: u128 = bill.iter().map(|(_, part)| part).sum();
    println!("\nwhat was paid for tasks, in the first scenario without an attack: {:.3} MILL", mill(all));
    for (who, part) in bill {
        println!("  {who:<28} {:>6.2} %", part as f64 * 100.0 / all.max(1) as f64);
    }
    println!(
        "emission of its rounds: {:.0} MILL for {} wins, of each a hundredth to the author of its block",
        mill(totals.emission),
        totals.wins
    );
}
