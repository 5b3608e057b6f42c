use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use tawsim_tagger::{Imported, import_geonames, import_ocha, import_rows, write_gazetteer_table};

use crate::ExitCode;
use crate::output::{refuse_inputs, write_atomically};
use crate::streams::Streams;
use crate::whole::read_text;

/// Make a table of a foreign one.
#[derive(clap::Subcommand)]
#[command(after_help = "\
Example:
  tawsim gazetteer import geonames SY.txt --output places_sy_geonames.tsv")]
pub(crate) enum Command {
    Geonames(GeonamesArgs),
    Ocha(OchaArgs),
    Csv(CsvArgs),
}

/// Places of a GeoNames dump: `SY.txt` of download.geonames.org/export/dump (CC BY 4.0).
#[derive(clap::Args)]
#[command(after_help = GEONAMES_HELP)]
pub(crate) struct GeonamesArgs {
    /// The dump, unpacked: 19 columns separated by tabs.
    dump: PathBuf,
    #[command(flatten)]
    target: TargetArgs,
}

const GEONAMES_HELP: &str = "\
Places without a name in Arabic script are left out, and features that are no places of news.

Example:
  tawsim gazetteer import geonames SY.txt --output places_sy_geonames.tsv";

/// Place codes of UN OCHA: a populated place a row, with P-code, Arabic name, parents and coordinates.
#[derive(clap::Args)]
#[command(after_help = OCHA_HELP)]
pub(crate) struct OchaArgs {
    /// The table: CSV, or .tsv with tabs; its first line names the columns.
    table: PathBuf,
    /// The country of the places, ISO 3166-1 alpha-2.
    #[arg(long, value_name = "CODE", value_parser = country)]
    country: String,
    #[command(flatten)]
    target: TargetArgs,
}

const OCHA_HELP: &str = "\
Columns are known by the names that OCHA uses: pcode or admin4Pcode, name_ar or admin4Name_ar, admin1Name_ar …,
lat, lon or Latitude, Longitude.

Example:
  tawsim gazetteer import ocha syr_pplp_adm4.csv --country SY --output places_sy_ocha.tsv";

/// Entries of any table.
#[derive(clap::Args)]
#[command(after_help = CSV_HELP)]
pub(crate) struct CsvArgs {
    /// The table: CSV, or .tsv with tabs; its first line names the columns.
    table: PathBuf,
    /// What the entries are: place, faction, org, person.
    #[arg(long)]
    class: String,
    /// Which column fills a field: FIELD=COLUMN. Columns with our names need none.
    #[arg(long = "column", value_name = "FIELD=COLUMN", value_parser = mapping)]
    columns: Vec<(String, String)>,
    #[command(flatten)]
    target: TargetArgs,
}

const CSV_HELP: &str = "\
Fields: id, kind, name, names (separated by |, ? in front of a common word, ~ of a short form), latin,
valid_from, valid_to, source; of places country, admin1, admin2, admin3, pcode, geonames, lat, lon, precision;
of factions side, parent, predecessor, successor, country.

Example:
  tawsim gazetteer import csv villages.csv --class place --column name=الاسم --column lat=Y --column lon=X \\
    --output villages.tsv";

#[derive(clap::Args)]
struct TargetArgs {
    /// The table to write.
    #[arg(long, short, value_name = "FILE")]
    output: PathBuf,
    /// The line of origin in the table: source and licence; the default names the file.
    #[arg(long)]
    origin: Option<String>,
}

fn country(text: &str) -> Result<String, String> {
    if text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        Ok(text.to_uppercase())
    } else {
        Err("two letters, such as SY".to_owned())
    }
}

fn mapping(text: &str) -> Result<(String, String), String> {
    let (field, column) = text.split_once('=').ok_or("write FIELD=COLUMN")?;
    Ok((field.trim().to_owned(), column.trim().to_owned()))
}

pub(crate) fn run(command: &Command, streams: &mut Streams<'_>) -> Result<ExitCode> {
    let (table, target) = match command {
        Command::Geonames(args) => (&args.dump, &args.target),
        Command::Ocha(args) => (&args.table, &args.target),
        Command::Csv(args) => (&args.table, &args.target),
    };
    refuse_inputs(std::slice::from_ref(table), Some(&target.output))?;
    let text = read_text(table)?;
    let imported = match command {
        Command::Geonames(_) => Ok(import_geonames(&text)),
        Command::Ocha(args) => import_ocha(&rows(table, &text)?, &args.country),
        Command::Csv(args) => import_rows(&rows(table, &text)?, &args.class, &args.columns),
    };
    let imported =
        imported.map_err(anyhow::Error::msg).with_context(|| table.display().to_string())?;
    write(table, &imported, target, streams)
}

fn write(
    table: &Path,
    imported: &Imported,
    target: &TargetArgs,
    streams: &mut Streams<'_>,
) -> Result<ExitCode> {
    for (line, problem) in &imported.problems {
        streams.messages.error(&format!("{}: line {line}: {problem}", table.display()));
    }
    if imported.records.is_empty() {
        bail!("{}: no entry could be read", table.display());
    }
    let file = table.file_name().unwrap_or_default().to_string_lossy();
    let origin = target.origin.clone().unwrap_or_else(|| format!("imported from {file}"));
    let mut out = Vec::new();
    write_gazetteer_table(&imported.records, &origin, &mut out)?;
    write_atomically(&target.output, &out)?;
    streams.messages.tell(&format!(
        "{} entries, {} rows left out, {} rows failed",
        imported.records.len(),
        imported.n_skipped,
        imported.problems.len()
    ));
    Ok(ExitCode::from_failures(imported.problems.len()))
}

/// The rows of a CSV file, or of a file with tabs if its name ends in `.tsv`; the header first.
fn rows(path: &Path, text: &str) -> Result<Vec<Vec<String>>> {
    let has_tabs = path.extension().is_some_and(|extension| extension == "tsv");
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(if has_tabs { b'\t' } else { b',' })
        .quoting(!has_tabs)
        .from_reader(text.trim_start_matches('\u{FEFF}').as_bytes());
    let rows = reader.records().map(|row| Ok(row?.iter().map(str::to_owned).collect()));
    rows.collect::<Result<_>>().with_context(|| path.display().to_string())
}
