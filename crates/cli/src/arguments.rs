//! What values options take.

/// A finite number that is not below 0.
pub(crate) fn non_negative(text: &str) -> Result<f64, String> {
    let number: f64 = text.parse().map_err(|_| "not a number".to_owned())?;
    if number >= 0.0 && number.is_finite() { Ok(number) } else { Err("not below 0".to_owned()) }
}
