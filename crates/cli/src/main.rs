//! The program `tawsim`.

use std::io;
use std::process::ExitCode;

fn main() -> ExitCode {
    // Without a handler Ctrl-C ends the program at once, as anywhere.
    drop(tawsim_cli::end_whole_on_interrupt());
    let args = std::env::args_os().collect();
    let code = tawsim_cli::run(args, &mut io::stdin(), &mut io::stdout(), &mut io::stderr());
    ExitCode::from(code.code())
}
