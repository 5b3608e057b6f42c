//! Lines of an input, one at a time, in bounded memory.

use std::io::{BufRead, Read};

use serde::de::DeserializeOwned;

use super::{Import, Input, ReadError, ReadProblem};

/// Reads line by line. After a line that is wrong it goes on with the next one.
pub(super) struct Lines<R> {
    input: R,
    /// The longest line that is read.
    limit: usize,
    line: u64,
    byte: u64,
    buffer: Vec<u8>,
    is_done: bool,
}

impl<R: BufRead> Lines<R> {
    /// Lines of up to `limit` bytes.
    pub(super) fn new(input: R, limit: usize) -> Self {
        Self { input, limit, line: 0, byte: 0, buffer: Vec::new(), is_done: false }
    }

    /// What `parse` makes of the next line that is not blank; `None` at the end of the input.
    pub(super) fn next_with<T>(
        &mut self,
        parse: impl Fn(&str) -> Result<T, ReadProblem>,
    ) -> Option<Result<T, ReadError>> {
        while !self.is_done {
            let (line, byte) = (self.line + 1, self.byte + self.buffer.len() as u64);
            if let Err(problem) = self.advance()? {
                return Some(Err(ReadError { line, byte, problem }));
            }
            match self.text() {
                Ok(text) if text.trim().is_empty() => {}
                Ok(text) => return Some(parse(text).map_err(|problem| self.error(problem))),
                Err(error) => return Some(Err(error)),
            }
        }
        None
    }

    /// The number of the line that was read last, from 1.
    pub(super) fn number(&self) -> u64 {
        self.line
    }

    /// A problem with the line that was read last.
    pub(super) fn error(&self, problem: ReadProblem) -> ReadError {
        ReadError { line: self.line, byte: self.byte, problem }
    }

    /// Reads the next line into the buffer; `None` at the end of the input.
    fn advance(&mut self) -> Option<Result<(), ReadProblem>> {
        self.byte += self.buffer.len() as u64;
        self.line += 1;
        self.buffer.clear();
        let limit = self.limit as u64 + 1;
        match self.read_line() {
            Ok(0) => None,
            Ok(_) if self.buffer.len() as u64 == limit && self.buffer.last() != Some(&b'\n') => {
                let too_long = Err(ReadProblem::LineTooLong { limit: self.limit });
                Some(self.skip_line().and(too_long))
            }
            Ok(_) => Some(Ok(())),
            Err(error) => {
                self.is_done = true;
                Some(Err(error.into()))
            }
        }
    }

    /// Reads up to the line's end or one byte beyond the limit. A buffer that doubles would take three times the limit
    /// while it grows for the last time.
    fn read_line(&mut self) -> std::io::Result<usize> {
        let half = self.limit / 2;
        let n = self.input.by_ref().take(half as u64).read_until(b'\n', &mut self.buffer)?;
        if n < half || self.buffer.last() == Some(&b'\n') {
            return Ok(n);
        }
        let rest = self.limit + 1 - n;
        self.buffer.reserve_exact(rest);
        Ok(n + self.input.by_ref().take(rest as u64).read_until(b'\n', &mut self.buffer)?)
    }

    fn skip_line(&mut self) -> Result<(), ReadProblem> {
        loop {
            let chunk = self.input.fill_buf()?;
            let end = chunk.iter().position(|&b| b == b'\n');
            let n = end.map_or(chunk.len(), |at| at + 1);
            self.input.consume(n);
            self.byte += n as u64;
            if end.is_some() || n == 0 {
                return Ok(());
            }
        }
    }

    /// The line, a byte order mark in front of the first left out.
    fn text(&self) -> Result<&str, ReadError> {
        let text = std::str::from_utf8(&self.buffer).map_err(|error| ReadError {
            line: self.line,
            byte: self.byte + error.valid_up_to() as u64,
            problem: ReadProblem::NotUtf8,
        })?;
        Ok(if self.line == 1 { text.trim_start_matches('\u{FEFF}') } else { text })
    }
}

/// Hands each line's row of JSON to `take`, with the line's number; a line that is none is counted and skipped.
///
/// # Errors
/// If the input cannot be read on.
pub(super) fn for_each_row<T: DeserializeOwned>(
    input: &mut Input<'_>,
    import: &mut Import<'_>,
    expected: &str,
    take: &mut dyn FnMut(T, u64, &mut Import<'_>),
) -> Result<(), ReadError> {
    let mut lines = Lines::new(&mut *input.main, import.options.limits.max_document_bytes);
    let parse = |line: &str| {
        let bad = |error| ReadProblem::Shape(format!("{error}; expected {expected}"));
        serde_json::from_str(line).map_err(bad)
    };
    while let Some(row) = lines.next_with(parse) {
        match row {
            Ok(row) => take(row, lines.number(), import),
            Err(error) if matches!(error.problem, ReadProblem::Io(_)) => return Err(error),
            Err(error) => import.refuse(error.line, 0, &error.problem),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The lines that are read, `-` for one that is too long, and how much room the buffer took.
    fn read(input: &str, limit: usize) -> (Vec<String>, usize) {
        let mut lines = Lines::new(input.as_bytes(), limit);
        let mut found = Vec::new();
        while let Some(line) = lines.next_with(|line| Ok(line.trim_end().to_owned())) {
            found.push(line.unwrap_or_else(|_| "-".to_owned()));
        }
        (found, lines.buffer.capacity())
    }

    #[test]
    fn lines_at_the_limit_and_beyond() {
        for limit in [2, 3, 8, 9, 64] {
            for n in [1, limit / 2, limit - 1, limit, limit + 1, 3 * limit] {
                let long = "a".repeat(n);
                let expected = if n > limit { "-" } else { long.as_str() };
                let (found, capacity) = read(&format!("b\n{long}\nb"), limit);
                assert_eq!(found, ["b", expected, "b"], "{n} of {limit}");
                assert!(capacity <= (limit + 1).max(8), "{capacity} of {limit}");
            }
        }
    }
}
