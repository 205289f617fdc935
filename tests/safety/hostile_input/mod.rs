//! Input that nobody well-meaning sends: it is refused with the envelope, never a 5xx, and never a stall for others.

mod batches;
mod bodies;
mod filters;
mod names;
mod wire;
