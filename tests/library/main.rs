//! The library and its rules: how records are read, which rule wins, how failures are counted, and how `src/` is laid out.

mod accuracy;
mod catalogue;
mod docs;
mod fixes;
mod forged;
mod formats;
mod incidents;
mod layers;
mod precedence;
mod printed;
mod vocabulary;
