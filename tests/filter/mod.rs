//! The filter language against rows: what each form finds, what is refused, and to whom.

mod clients;
mod forms;
mod hostile;
mod request;
mod shapes;
mod sorts;
mod table;
mod world;
