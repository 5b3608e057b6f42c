#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| tawsim_fuzz::cli(data));
