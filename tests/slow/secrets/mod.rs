//! No secret of a known kind leaves the program, wherever and however it is written in a log, and in any output.
//! Ordinary text stays readable.

mod kinds;
mod modes;
mod ordinary;
mod outputs;
mod programs;
mod property;
mod streams;
mod table;
mod writings;
