//! Where results go: standard output or a file.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::Output;

/// Standard output, or a file that was opened before any work was done.
pub(crate) enum Target<'a> {
    Stdout(&'a mut dyn Output),
    File(PathBuf, BufWriter<File>),
}

impl<'a> Target<'a> {
    pub(crate) fn open(path: Option<&Path>, stdout: &'a mut dyn Output) -> Result<Self> {
        let Some(path) = path else { return Ok(Self::Stdout(stdout)) };
        let file = standard_output(path).unwrap_or_else(|| File::create(path));
        let file = file.with_context(|| cannot_write(path))?;
        Ok(Self::File(path.to_owned(), BufWriter::with_capacity(1 << 20, file)))
    }

    /// A file to write behind what it holds.
    pub(crate) fn append_to(path: &Path) -> Result<Self> {
        let file = File::options().append(true).create(true).open(path);
        let file = file.with_context(|| cannot_write(path))?;
        Ok(Self::File(path.to_owned(), BufWriter::with_capacity(1 << 20, file)))
    }

    pub(crate) fn is_terminal(&self) -> bool {
        matches!(self, Self::Stdout(stdout) if stdout.is_terminal())
    }

    /// Whether colours are welcome: a terminal, and no `NO_COLOR` (<https://no-color.org>).
    pub(crate) fn has_colour(&self) -> bool {
        let is_refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        self.is_terminal() && !is_refused
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<()> {
        match self {
            Self::File(path, file) => file.write_all(bytes).with_context(|| cannot_write(path)),
            Self::Stdout(stdout) => {
                stdout.write_all(bytes).context("standard output: cannot write")
            }
        }
    }

    /// Makes sure that everything is written.
    pub(crate) fn finish(self) -> Result<()> {
        match self {
            Self::File(path, mut file) => file.flush().with_context(|| cannot_write(&path)),
            Self::Stdout(stdout) => stdout.flush().context("standard output: cannot write"),
        }
    }
}

/// Refuses an output that is one of the inputs: what the user gave would be lost.
pub(crate) fn refuse_inputs(inputs: &[PathBuf], output: Option<&Path>) -> Result<()> {
    let Some(output) = output.and_then(file_of) else { return Ok(()) };
    let mut files = inputs.iter().filter(|input| input.as_os_str() != "-");
    if let Some(input) = files.find(|input| file_of(input).as_ref() == Some(&output)) {
        bail!("{}: is an input too; write to another file", input.display());
    }
    Ok(())
}

/// The file that a path leads to, whatever links, hard ones too, are on the way; none if there is none yet.
pub(crate) fn file_of(path: &Path) -> Option<same_file::Handle> {
    // A pipe would wait for a writer.
    path.is_file().then(|| same_file::Handle::from_path(path).ok()).flatten()
}

/// Standard output, if a path such as `/dev/stdout` leads to the file that the shell has put there: what is in that
/// file stays, and what the shell writes next comes behind.
#[cfg(unix)]
fn standard_output(path: &Path) -> Option<std::io::Result<File>> {
    use std::os::fd::AsFd;
    let file = file_of(path)?;
    let is_it = same_file::Handle::stdout().is_ok_and(|stdout| stdout == file);
    is_it.then(|| std::io::stdout().as_fd().try_clone_to_owned().map(File::from))
}

/// There is no path that leads to it.
#[cfg(not(unix))]
fn standard_output(_: &Path) -> Option<std::io::Result<File>> {
    None
}

fn cannot_write(path: &Path) -> String {
    format!("{}: cannot write", path.display())
}

/// Writes a file whole or not at all: a reader never sees half of it. Into a device or a pipe it writes directly.
pub(crate) fn write_atomically(path: &Path, bytes: &[u8]) -> Result<()> {
    let mut file = PendingFile::create(path)?;
    file.write_all(bytes).with_context(|| cannot_write(path))?;
    file.finish()
}

/// A file that stands under another name until it is whole. Dropped before, there is no file. Into what is there and
/// is no file, such as a device or a pipe, and into standard output it is written directly: nothing may take its place.
pub(crate) struct PendingFile {
    path: PathBuf,
    file: BufWriter<Place>,
}

/// Where the bytes go.
enum Place {
    /// A new file, and the path that it gets.
    Beside(tempfile::NamedTempFile, PathBuf),
    Direct(File),
}

impl PendingFile {
    pub(crate) fn create(path: &Path) -> Result<Self> {
        let place = Place::of(path).with_context(|| cannot_write(path))?;
        Ok(Self { path: path.to_owned(), file: BufWriter::with_capacity(1 << 16, place) })
    }

    pub(crate) fn finish(self) -> Result<()> {
        let place = self.file.into_inner().map_err(std::io::IntoInnerError::into_error);
        place.and_then(Place::finish).with_context(|| cannot_write(&self.path))
    }
}

impl Place {
    fn of(path: &Path) -> std::io::Result<Self> {
        if let Some(file) = standard_output(path) {
            return file.map(Self::Direct);
        }
        let before = match path.metadata() {
            Ok(before) if !before.is_file() => return File::create(path).map(Self::Direct),
            before => before.ok(),
        };
        // A link stays one.
        let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let file = usual_file().tempfile_in(folder.unwrap_or(Path::new(".")))?;
        // A file that is written anew is as private as it was.
        if let Some(before) = before {
            file.as_file().set_permissions(before.permissions())?;
        }
        Ok(Self::Beside(file, path))
    }

    fn finish(self) -> std::io::Result<()> {
        // What is written directly went through no buffer, and a pipe cannot be synchronised.
        let Self::Beside(file, path) = self else { return Ok(()) };
        file.as_file().sync_all()?;
        file.persist(path)?;
        Ok(())
    }
}

impl Write for Place {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        match self {
            Self::Beside(file, _) => file.write(bytes),
            Self::Direct(file) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        match self {
            Self::Beside(file, _) => file.flush(),
            Self::Direct(file) => file.flush(),
        }
    }
}

impl Write for PendingFile {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}

/// Temporary files are private; results are as readable as other files, which is what the user's umask says.
#[cfg(unix)]
fn usual_file() -> tempfile::Builder<'static, 'static> {
    use std::os::unix::fs::PermissionsExt;
    let mut builder = tempfile::Builder::new();
    builder.permissions(std::fs::Permissions::from_mode(0o666));
    builder
}

#[cfg(not(unix))]
fn usual_file() -> tempfile::Builder<'static, 'static> {
    tempfile::Builder::new()
}
