//! Writes the seeds of every target: `cargo run --example seeds -- FOLDER`.

use std::path::PathBuf;

type Result = std::result::Result<(), Box<dyn std::error::Error>>;

fn main() -> Result {
    let folder = PathBuf::from(std::env::args().nth(1).ok_or("say FOLDER")?);
    let mut seeds = tawsim_fuzz::seeds_of_formats();
    seeds.push(("model", "small".to_owned(), tawsim_fuzz::small_model()));
    seeds.push(("package", "small".to_owned(), tawsim_fuzz::small_package()));
    for (target, name, bytes) in seeds {
        std::fs::create_dir_all(folder.join(target))?;
        std::fs::write(folder.join(target).join(name), bytes)?;
    }
    Ok(())
}
