//! No secret of a known kind leaves the program: wherever in a log it stands, however it is written, and whatever is made of
//! the log. And what is no secret stays readable.

mod faces;
mod kinds;
mod modes;
mod ordinary;
mod programs;
mod property;
mod streams;
mod table;
mod writings;
