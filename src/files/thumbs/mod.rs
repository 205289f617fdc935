//! Thumbs of images (contract: files, section 6).

mod picture;
mod size;
