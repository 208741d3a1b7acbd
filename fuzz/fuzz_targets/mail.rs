//! A letter, and a mailbox of letters.

#![no_main]

libfuzzer_sys::fuzz_target!(init: caesura_fuzz::let_dependencies_panic(), |bytes: &[u8]| {
    caesura_fuzz::hold(bytes, "a.eml");
    let mailbox = [b"From keeper@light.example Mon Jan  1 00:00:00 2024\n", bytes].concat();
    caesura_fuzz::hold(&mailbox, "a.mbox");
});
