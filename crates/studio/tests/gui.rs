//! The window, driven like a person would, without a screen.

mod gui {
    mod alternatives;
    mod keyboard;
    mod mouse;
    mod names;
    mod panels;
    mod replay;
    mod saving;
    mod settings;
    mod sheets;
    mod support;
}
