//! What is no sound model is refused with a clear error.

use std::io::Read;

use tawsim_tagger::{Model, ModelError};

fn check(bytes: &[u8], expected: &str) {
    let error = Model::read(&mut &*bytes).expect_err("this is no sound model");
    assert_eq!(error.to_string(), expected);
}

#[test]
fn errors_say_what_to_do() {
    let model = Model::bundled();
    let bytes = model.as_bytes();
    check(b"", "the model file ends too early, after 0 bytes; copy it again");
    check(b"PK\x03\x04", "this is no Tawsim model; models are made by `tawsim train`");
    check(&bytes[..20], "the model file ends too early, after 20 bytes; copy it again");
    let half =
        format!("the model file ends too early, after {} bytes; copy it again", bytes.len() / 2);
    check(&bytes[..bytes.len() / 2], &half);
    let mut newer = bytes.to_vec();
    newer[8] = 200;
    check(
        &newer,
        "the model has format version 200, this program reads version 2; use the program that wrote it, or train again",
    );
    let mut longer = bytes.to_vec();
    longer.push(0);
    check(&longer, "the model file is damaged (length); copy it again");
    let mut flipped = bytes.to_vec();
    let last = flipped.len() - 1;
    flipped[last / 2] ^= 1;
    check(&flipped, "the model file is damaged (weights); copy it again");
}

#[test]
fn an_endless_input_is_refused_early() {
    let zeros = Model::read(&mut std::io::repeat(0)).expect_err("no model");
    assert!(matches!(zeros, ModelError::NotAModel));
    let endless = Model::bundled().as_bytes()[..8].to_vec();
    let mut endless = endless.as_slice().chain(std::io::repeat(7));
    let error = Model::read(&mut endless).expect_err("no model");
    assert!(matches!(error, ModelError::TooLarge { .. }), "{error}");
}
