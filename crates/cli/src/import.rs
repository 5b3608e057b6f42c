//! Inputs of every format of the table: found, opened with the files that belong to them, and read.

use std::collections::{BTreeMap, HashSet};
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use same_file::Handle;
use tawsim_corpus::{FormatInfo, Import, Input, detect_in};

use crate::output::file_of;

/// One file, or standard input (`-`).
pub(crate) struct Found {
    path: PathBuf,
    /// The path below the folder that was given.
    name: String,
    info: &'static FormatInfo,
    /// Why it is thought to be of that format; empty if the user says so.
    why: String,
}

impl Found {
    /// Length of the file, 0 if not known.
    pub(crate) fn byte_len(&self) -> u64 {
        self.path.metadata().map_or(0, |metadata| metadata.len())
    }

    /// Whether it lies in this folder.
    pub(crate) fn is_below(&self, folder: &Path) -> bool {
        let absolute = |path: &Path| path.canonicalize().ok();
        absolute(&self.path)
            .zip(absolute(folder))
            .is_some_and(|(path, folder)| path.starts_with(folder))
    }
}

/// The inputs that the paths stand for: files, all readable files below folders (sorted by name), and `-`.
/// What cannot be used goes to `failures`.
pub(crate) fn find_inputs(
    paths: &[PathBuf],
    format: Option<&'static FormatInfo>,
    failures: &mut Vec<anyhow::Error>,
) -> Vec<Found> {
    inputs_but(None, paths, format, failures)
}

/// As [`find_inputs`], for a run that writes `output`: in folders it is left out.
pub(crate) fn find_inputs_for(
    output: Option<&Path>,
    paths: &[PathBuf],
    format: Option<&'static FormatInfo>,
    failures: &mut Vec<anyhow::Error>,
) -> Vec<Found> {
    inputs_but(output.and_then(file_of).as_ref(), paths, format, failures)
}

fn inputs_but(
    left_out: Option<&Handle>,
    paths: &[PathBuf],
    format: Option<&'static FormatInfo>,
    failures: &mut Vec<anyhow::Error>,
) -> Vec<Found> {
    let mut found = Vec::new();
    for path in paths {
        let added = if path.is_dir() {
            add_folder(path, left_out, format, &mut found)
        } else {
            add_file(path, format, &mut found)
        };
        failures.extend(added.err());
    }
    found
}

fn add_file(
    path: &Path,
    format: Option<&'static FormatInfo>,
    found: &mut Vec<Found>,
) -> Result<()> {
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    let (info, why) = match format {
        Some(info) => (info, String::new()),
        None if path.as_os_str() == "-" => bail!("standard input: say --from FORMAT"),
        None => detected(path)?
            .ok_or_else(|| anyhow!("{}: unknown format; say --from FORMAT", path.display()))?,
    };
    found.push(Found { path: path.into(), name, info, why });
    Ok(())
}

fn detected(path: &Path) -> Result<Option<(&'static FormatInfo, String)>> {
    let file = File::open(path).with_context(|| format!("{}: cannot open", path.display()))?;
    let found =
        detect_in(path, file).with_context(|| format!("{}: cannot read", path.display()))?;
    Ok(found.map(|detection| (detection.info, detection.why)))
}

fn add_folder(
    folder: &Path,
    left_out: Option<&Handle>,
    format: Option<&'static FormatInfo>,
    found: &mut Vec<Found>,
) -> Result<()> {
    let n_before = found.len();
    let is_output = |file: &PathBuf| left_out.is_some() && file_of(file).as_ref() == left_out;
    for file in crate::input::files_below(folder)?.into_iter().filter(|file| !is_output(file)) {
        let taken = match format {
            Some(info) => info.takes(&file).then(|| (info, String::new())),
            None => detected(&file)?,
        };
        let Some((info, why)) = taken else { continue };
        let name = file.strip_prefix(folder).unwrap_or(&file).to_string_lossy().into_owned();
        found.push(Found { path: file, name, info, why });
    }
    drop_companions(found, n_before);
    if found.len() == n_before {
        bail!("{}: no file of a known format in this folder", folder.display());
    }
    Ok(())
}

/// Files that are read with another one are no inputs of their own.
fn drop_companions(found: &mut Vec<Found>, from: usize) {
    let mut belonging: HashSet<PathBuf> = HashSet::new();
    for input in &found[from..] {
        belonging.extend(input.info.layout.companions(&input.path).map(|(_, path)| path));
    }
    let mut idx = 0;
    found.retain(|input| {
        idx += 1;
        idx <= from || !belonging.contains(&input.path)
    });
}

/// What was detected and why, one line a kind of evidence.
pub(crate) fn note_detected(found: &[Found], import: &mut Import<'_>) {
    let mut kinds: BTreeMap<(&str, &str), Vec<&Found>> = BTreeMap::new();
    for input in found.iter().filter(|input| !input.why.is_empty()) {
        kinds.entry((input.info.name, &input.why)).or_default().push(input);
    }
    for ((format, why), inputs) in kinds {
        let (first, n_more) = (inputs[0].path.display(), inputs.len() - 1);
        let more = if n_more > 0 { format!(" and {n_more} more") } else { String::new() };
        import.note(format!("{first}{more}: taken for {format}: {why}"));
    }
}

/// Reads one input into `import`. A file that is one document names it without its extension.
pub(crate) fn import(input: &Found, stdin: &mut dyn Read, import: &mut Import<'_>) -> Result<()> {
    import.begin_input(input.info.document_name(&input.name));
    read(input, stdin, import)
}

/// As [`import`](fn@import), but plain texts keep the extension in their names, as `tawsim tag` names them.
pub(crate) fn import_into_project(
    input: &Found,
    stdin: &mut dyn Read,
    import: &mut Import<'_>,
) -> Result<()> {
    import.begin_input(input.info.document_name_in_project(&input.name));
    read(input, stdin, import)
}

fn read(input: &Found, stdin: &mut dyn Read, import: &mut Import<'_>) -> Result<()> {
    let place = || input.path.display().to_string();
    let reader =
        input.info.reader.with_context(|| format!("{}: cannot be read", input.info.name))?;
    let mut main: Box<dyn BufRead + '_> = if input.path.as_os_str() == "-" {
        Box::new(BufReader::new(stdin))
    } else {
        let file = File::open(&input.path).with_context(|| format!("{}: cannot open", place()))?;
        Box::new(BufReader::with_capacity(1 << 16, file))
    };
    let open = |path: &Path| path.is_file().then(|| File::open(path)).transpose();
    let limits = import.options.limits;
    let files = input.info.layout.read_companions(&input.path, limits, open)?;
    let mut whole = Input { main: &mut *main, companions: files };
    reader(&mut whole, import).with_context(place)
}
