//! Reads one number expression a line and prints its value, or `?`:
//! `echo 'ثلاثمئة وخمسة' | cargo run -p tawsim-tokenizer --example numbers`

use std::io::{BufRead, Write, stdin, stdout};
use tawsim_tokenizer::NumberValue;

fn main() -> std::io::Result<()> {
    let mut out = stdout().lock();
    for line in stdin().lock().lines() {
        match NumberValue::parse(&line?) {
            Some(value) if value.min == value.max => writeln!(out, "{}", value.min)?,
            Some(value) => writeln!(out, "{}..{}", value.min, value.max)?,
            None => writeln!(out, "?")?,
        }
    }
    Ok(())
}
