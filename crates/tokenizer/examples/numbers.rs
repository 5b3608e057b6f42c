//! Reads one number expression a line and prints its value, or `?`:
//! `echo 'ثلاثمئة وخمسة' | cargo run -p tawsim-tokenizer --example numbers`

use std::io::{BufRead, Write, stdin, stdout};
use tawsim_tokenizer::NumberValue;

fn main() -> std::io::Result<()> {
    let mut out = stdout().lock();
    for line in stdin().lock().lines() {
        match NumberValue::parse(&line?) {
            Some(value) if value.lo == value.hi => writeln!(out, "{}", value.lo)?,
            Some(value) => writeln!(out, "{}..{}", value.lo, value.hi)?,
            None => writeln!(out, "?")?,
        }
    }
    Ok(())
}
