//! What must hold whatever happens: crashes, hostile input, floods, and attacks that worked elsewhere.

mod attacks;
mod crash;
mod crash_in_batches;
mod hostile_input;
mod limits;
