//! Files that are read whole, up to a length.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use anyhow::{Context, Result, bail};

/// A longer file is refused: not every path has an end.
const MAX_BYTES: u64 = 2 << 30;

pub(crate) fn read_bytes(path: &Path) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    read_up_to(MAX_BYTES, path, |file| file.read_to_end(&mut bytes))?;
    Ok(bytes)
}

pub(crate) fn read_text(path: &Path) -> Result<String> {
    let mut text = String::new();
    read_up_to(MAX_BYTES, path, |file| file.read_to_string(&mut text))?;
    Ok(text)
}

fn read_up_to(
    limit: u64,
    path: &Path,
    read: impl FnOnce(&mut io::Take<File>) -> io::Result<usize>,
) -> Result<()> {
    let context = || format!("{}: cannot read", path.display());
    let file = File::open(path).with_context(context)?;
    let mut n_bytes = file.metadata().with_context(context)?.len();
    if n_bytes <= limit {
        // A device has no length.
        n_bytes = read(&mut file.take(limit + 1)).with_context(context)? as u64;
    }
    if n_bytes > limit {
        bail!("{}: longer than {limit} bytes", path.display());
    }
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_end_is_refused() {
        let mut bytes = Vec::new();
        let read = read_up_to(10, Path::new("/dev/zero"), |file| file.read_to_end(&mut bytes));
        assert_eq!(read.expect_err("endless").to_string(), "/dev/zero: longer than 10 bytes");
        assert_eq!(bytes.len(), 11);
    }
}
