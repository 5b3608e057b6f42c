use std::io::Write;
use std::path::PathBuf;

use anyhow::Result;
use serde::Serialize;
use tawsim_tagger::{Entry, NameStatus};

use super::super::open_model;
use crate::ExitCode;
use crate::streams::Streams;

/// Show the entries that a name may mean, or the entry with an id.
#[derive(clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    /// Names in any spelling, or ids.
    #[arg(required = true, value_name = "NAME|ID")]
    queries: Vec<String>,
    /// A model made by `tawsim train`, or the name of one of the program: conflict-ar (the default) or news-ar.
    #[arg(long, value_name = "FILE")]
    model: Option<PathBuf>,
    /// Write JSON Lines, one entry a line.
    #[arg(long)]
    json: bool,
}

const AFTER_HELP: &str = "\
Marks, hamza, teh marbuta, articles and spaces do not count in names.
The exit code is 1 if something was not found.

Examples:
  tawsim gazetteer lookup ادلب
  tawsim gazetteer lookup \"هيئة تحرير الشام\" place:sy:C1007 --json";

#[derive(Serialize)]
struct Row<'a> {
    query: &'a str,
    id: &'a str,
    kind: &'a str,
    name: &'a str,
    names: Vec<&'a str>,
    country: &'a str,
    admin: Vec<&'a str>,
    lat: Option<f64>,
    lon: Option<f64>,
    precision: &'a str,
    valid_from: Option<String>,
    valid_to: Option<String>,
    side: &'a str,
    parent: Option<&'a str>,
    predecessor: Option<&'a str>,
    successor: Option<&'a str>,
}

pub(crate) fn run(args: &Args, streams: &mut Streams<'_>) -> Result<ExitCode> {
    let model = open_model(args.model.as_deref())?;
    let mut n_missing = 0;
    for query in &args.queries {
        let found: Vec<Entry<'_>> = match model.entry(query) {
            Some(entry) => vec![entry],
            None => model.named(query).into_iter().map(|hit| hit.entry).collect(),
        };
        if found.is_empty() {
            n_missing += 1;
            streams.messages.error(&format!("{query}: no such name and no such id"));
        }
        for entry in found {
            let row = row(query, entry);
            if args.json {
                serde_json::to_writer(&mut *streams.stdout, &row)?;
                writeln!(streams.stdout)?;
            } else {
                write_row(&row, streams)?;
            }
        }
    }
    Ok(ExitCode::from_failures(n_missing))
}

fn row<'a>(query: &'a str, entry: Entry<'a>) -> Row<'a> {
    let names = entry.names().into_iter().skip(1);
    let (from, to) = entry.validity();
    let (lat, lon) = entry.coordinates().unzip();
    Row {
        query,
        id: entry.id(),
        kind: entry.kind(),
        name: entry.name(),
        names: names
            .filter(|(_, status)| *status != NameStatus::Short)
            .map(|(name, _)| name)
            .collect(),
        country: entry.country(),
        admin: entry.admin_path().collect(),
        lat,
        lon,
        precision: entry.precision(),
        valid_from: from.map(date),
        valid_to: to.map(date),
        side: entry.side(),
        parent: entry.parent().map(|entry| entry.id()),
        predecessor: entry.predecessor().map(|entry| entry.id()),
        successor: entry.successor().map(|entry| entry.id()),
    }
}

/// `20140000` as `2014`, `20170128` as `2017-01-28`.
fn date(number: u32) -> String {
    let (year, month, day) = (number / 10_000, number / 100 % 100, number % 100);
    match (month, day) {
        (0, _) => format!("{year}"),
        (_, 0) => format!("{year}-{month:02}"),
        _ => format!("{year}-{month:02}-{day:02}"),
    }
}

fn write_row(row: &Row<'_>, streams: &mut Streams<'_>) -> Result<()> {
    let out = &mut streams.people();
    writeln!(out, "{}  {}  {}", row.id, row.kind, row.name)?;
    let mut field = |name: &str, value: &str| {
        if value.is_empty() { Ok(()) } else { writeln!(out, "  {name:<12}{value}") }
    };
    field("names", &row.names.join(" | "))?;
    field("lies in", &[&row.admin[..], &[row.country]].concat().join(", "))?;
    if let (Some(lat), Some(lon)) = (row.lat, row.lon) {
        field("coordinates", &format!("{lat}, {lon} ({})", row.precision))?;
    }
    field("side", row.side)?;
    for (name, value) in [
        ("part of", row.parent),
        ("before", row.predecessor),
        ("later", row.successor),
        ("from", row.valid_from.as_deref()),
        ("until", row.valid_to.as_deref()),
    ] {
        field(name, value.unwrap_or_default())?;
    }
    Ok(())
}
