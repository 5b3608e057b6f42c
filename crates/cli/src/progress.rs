use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::streams::Messages;

/// A bar on standard error that counts bytes; hidden where nobody watches.
pub(crate) fn byte_bar(total_bytes: u64, messages: &Messages<'_>) -> ProgressBar {
    let style = "{bar:30} {bytes}/{total_bytes} {bytes_per_sec} {eta} {wide_msg}";
    bar(total_bytes, style, messages)
}

/// A bar on standard error that counts steps; hidden where nobody watches.
pub(crate) fn step_bar(n_steps: u64, messages: &Messages<'_>) -> ProgressBar {
    bar(n_steps, "{bar:30} {pos}/{len} {elapsed} {wide_msg}", messages)
}

fn bar(length: u64, style: &str, messages: &Messages<'_>) -> ProgressBar {
    let target = if messages.stderr.is_terminal() {
        ProgressDrawTarget::stderr()
    } else {
        ProgressDrawTarget::hidden()
    };
    let bar = ProgressBar::with_draw_target(Some(length), target);
    bar.with_style(ProgressStyle::with_template(style).expect("the styles above are valid"))
}
