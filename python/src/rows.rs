//! Rows of Arrow batches as a log: each row is one record of one or more lines.

use std::io::{self, Read};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::DataType;
use pyo3::prelude::*;
use pyo3_arrow::PyRecordBatch;

use crate::error::bad_value;

/// Rows read source by source: a reader of one source ends where the next source begins.
#[derive(Clone)]
pub(crate) struct Rows(Arc<Mutex<Cursor>>);

struct Cursor {
    /// Python iterator of batches.
    batches: Py<PyAny>,
    /// Source of rows without a source name.
    unnamed: String,
    texts: Option<ArrayRef>,
    sources: Option<ArrayRef>,
    row: usize,
    /// Number of bytes of the current row that have been read.
    at: usize,
    /// The current source.
    source: Option<String>,
    is_done: bool,
    error: Option<PyErr>,
}

impl Rows {
    /// Creates the rows of an iterator of batches, with texts in the first column and the names of sources in an
    /// optional second one.
    pub fn new(batches: Py<PyAny>, unnamed: String) -> Self {
        Self(Arc::new(Mutex::new(Cursor {
            batches,
            unnamed,
            texts: None,
            sources: None,
            row: 0,
            at: 0,
            source: None,
            is_done: false,
            error: None,
        })))
    }

    /// Returns the source of the next row and makes it the current one.
    pub fn next_source(&self) -> Option<String> {
        let mut cursor = self.cursor();
        cursor.has_row().then(|| {
            let name = cursor.name();
            cursor.source = Some(name.clone());
            name
        })
    }

    /// Returns the exception that the iterator has raised.
    pub fn take_error(&self) -> Option<PyErr> {
        self.cursor().error.take()
    }

    fn cursor(&self) -> MutexGuard<'_, Cursor> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Read for Rows {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut cursor = self.cursor();
        let mut filled = 0;
        while filled < buffer.len() && cursor.has_row() && cursor.is_of_source() {
            filled += cursor.copy(&mut buffer[filled..]);
        }
        Ok(filled)
    }
}

impl Cursor {
    /// Returns true if there is a row; fetches the next batch if necessary.
    fn has_row(&mut self) -> bool {
        while !self.is_done {
            if self.texts.as_ref().is_some_and(|texts| self.row < texts.len()) {
                return true;
            }
            match Python::attach(|py| self.next_batch(py)) {
                Ok(Some(batch)) => {
                    self.texts = batch.columns().first().cloned();
                    self.sources = batch.columns().get(1).cloned();
                    self.row = 0;
                }
                Ok(None) => self.is_done = true,
                Err(error) => {
                    self.error = Some(error);
                    self.is_done = true;
                }
            }
        }
        false
    }

    fn next_batch(&self, py: Python<'_>) -> PyResult<Option<RecordBatch>> {
        let iterator = self.batches.bind(py).try_iter()?;
        let Some(batch) = iterator.into_iter().next() else { return Ok(None) };
        let batch = batch?.extract::<PyRecordBatch>()?.into_inner();
        for column in batch.columns() {
            if !is_text(column.data_type()) {
                let message = format!(
                    "records and sources must be text, but a column is of type {}",
                    column.data_type()
                );
                return Err(bad_value(message));
            }
        }
        Ok(Some(batch))
    }

    fn name(&self) -> String {
        let named = self.sources.as_ref().and_then(|sources| bytes(sources, self.row));
        named.map_or_else(|| self.unnamed.clone(), |name| String::from_utf8_lossy(name).into_owned())
    }

    fn is_of_source(&self) -> bool {
        let named = self.sources.as_ref().and_then(|sources| bytes(sources, self.row));
        self.source
            .as_ref()
            .is_some_and(|source| source.as_bytes() == named.unwrap_or(self.unnamed.as_bytes()))
    }

    /// Copies as much of the row and its line end as fits, and moves to the next row after the last byte.
    fn copy(&mut self, buffer: &mut [u8]) -> usize {
        let text = self.texts.as_ref().and_then(|texts| bytes(texts, self.row)).unwrap_or_default();
        let rest = &text[self.at.min(text.len())..];
        let length = rest.len().min(buffer.len());
        buffer[..length].copy_from_slice(&rest[..length]);
        self.at += length;
        if length == buffer.len() {
            return length;
        }
        buffer[length] = b'\n';
        self.row += 1;
        self.at = 0;
        length + 1
    }
}

fn is_text(data_type: &DataType) -> bool {
    use DataType::{Binary, BinaryView, LargeBinary, LargeUtf8, Utf8, Utf8View};
    matches!(data_type, Utf8 | LargeUtf8 | Utf8View | Binary | LargeBinary | BinaryView)
}

/// Returns the bytes of a row; `None` for a null.
fn bytes(array: &ArrayRef, row: usize) -> Option<&[u8]> {
    if row >= array.len() || array.is_null(row) {
        return None;
    }
    match array.data_type() {
        DataType::Utf8 => Some(array.as_string::<i32>().value(row).as_bytes()),
        DataType::LargeUtf8 => Some(array.as_string::<i64>().value(row).as_bytes()),
        DataType::Utf8View => Some(array.as_string_view().value(row).as_bytes()),
        DataType::Binary => Some(array.as_binary::<i32>().value(row)),
        DataType::LargeBinary => Some(array.as_binary::<i64>().value(row)),
        DataType::BinaryView => Some(array.as_binary_view().value(row)),
        _ => None,
    }
}
