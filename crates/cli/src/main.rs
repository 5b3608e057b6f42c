//! The program `tawsim`.

use std::io;
use std::process::ExitCode;

fn main() -> ExitCode {
    let args = std::env::args_os().collect();
    let code = tawsim_cli::run(args, &mut io::stdin(), &mut io::stdout(), &mut io::stderr());
    ExitCode::from(code.code())
}
