//! Files that are read whole, up to a length.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use anyhow::{Context, Result, bail};

/// A longer file is refused: not every path has an end. One byte more, and a buffer that doubles would ask for 4 GiB.
const MAX_BYTES: u64 = (2 << 30) - 1;

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
    let mut is_longer = file.metadata().with_context(context)?.len() > limit;
    if !is_longer {
        // A device has no length.
        let mut file = file.take(limit);
        read(&mut file).with_context(context)?;
        is_longer =
            file.limit() == 0 && file.into_inner().read(&mut [0]).with_context(context)? > 0;
    }
    if is_longer {
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
        assert_eq!(bytes.len(), 10);
    }
}
