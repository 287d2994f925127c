//! Classification of Arrow arrays: texts are read in place, and the results form a struct array.

use std::sync::Arc;

use arrow_array::builder::{MapBuilder, MapFieldNames, StringBuilder};
use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, StructArray};
use arrow_buffer::NullBufferBuilder;
use arrow_schema::{DataType, Field, FieldRef, Fields};
use clawsift::engine::Engine;
use clawsift::redact::Redactor;
use clawsift::scan::Classifier;
use pyo3::prelude::*;
use pyo3_arrow::input::AnyArray;
use pyo3_arrow::{PyArray, PyChunkedArray};

use crate::error::bad_value;

/// Input of the classification: any object that exports an Arrow array or a stream of arrays.
pub(crate) type Texts = AnyArray;

/// Returns the match of each record, null if no rule explains it: an array for an array, chunks for chunks.
pub(crate) fn classify<'py>(
    py: Python<'py>,
    engine: &Arc<Engine>,
    data: Texts,
    column: Option<&str>,
    redactor: Redactor,
) -> PyResult<Bound<'py, PyAny>> {
    let mut classifier = Classifier::new(engine, redactor);
    let mut classify = |array: &ArrayRef| classify_array(engine, &mut classifier, &texts(array, column)?);
    match data {
        AnyArray::Array(array) => {
            let found = py.detach(|| classify(array.array()))?;
            let field = Arc::new(Field::new("match", found.data_type().clone(), true));
            Ok(PyArray::new(Arc::new(found), field).into_pyobject(py)?.into_any())
        }
        AnyArray::Stream(stream) => {
            let (chunks, _) = stream.into_chunked_array()?.into_inner();
            let found = py.detach(|| chunks.iter().map(&mut classify).collect::<PyResult<Vec<_>>>())?;
            let field = Arc::new(Field::new("match", data_type(), true));
            let chunks = found.into_iter().map(|array| Arc::new(array) as ArrayRef).collect();
            let chunks = PyChunkedArray::try_new(chunks, field).map_err(bad_value)?;
            Ok(chunks.into_pyobject(py)?.into_any())
        }
    }
}

/// Returns the array of texts: the array itself, or a column of the batch.
fn texts(array: &ArrayRef, column: Option<&str>) -> PyResult<ArrayRef> {
    let Some(batch) = array.as_struct_opt() else {
        return match column {
            None => Ok(Arc::clone(array)),
            Some(name) => Err(bad_value(format!("an array has no column `{name}`; pass a record batch"))),
        };
    };
    let found = match column {
        Some(name) => batch.column_by_name(name),
        None => (batch.num_columns() == 1).then(|| batch.column(0)),
    };
    found.cloned().ok_or_else(|| {
        let names = batch.column_names().join(", ");
        bad_value(format!("name the column of the records; the columns are: {names}"))
    })
}

fn classify_array(
    engine: &Engine,
    classifier: &mut Classifier<'_>,
    texts: &dyn Array,
) -> PyResult<StructArray> {
    let mut found = Found::new(texts.len());
    let mut add = |text: Option<&[u8]>| found.add(engine, text.and_then(|text| classifier.classify(text)));
    match texts.data_type() {
        DataType::Utf8 => texts.as_string::<i32>().iter().for_each(|text| add(text.map(str::as_bytes))),
        DataType::LargeUtf8 => texts.as_string::<i64>().iter().for_each(|text| add(text.map(str::as_bytes))),
        DataType::Utf8View => texts.as_string_view().iter().for_each(|text| add(text.map(str::as_bytes))),
        DataType::Binary => texts.as_binary::<i32>().iter().for_each(&mut add),
        DataType::LargeBinary => texts.as_binary::<i64>().iter().for_each(&mut add),
        DataType::BinaryView => texts.as_binary_view().iter().for_each(&mut add),
        other => {
            return Err(bad_value(format!(
                "records must be text or bytes, but this column is of type {other}"
            )));
        }
    }
    found.finish()
}

fn names() -> MapFieldNames {
    MapFieldNames { entry: "entries".to_owned(), key: "key".to_owned(), value: "value".to_owned() }
}

fn fields() -> Fields {
    let text = |name: &str| Field::new(name, DataType::Utf8, false);
    let entries = Fields::from(vec![text("key"), Field::new("value", DataType::Utf8, true)]);
    let entries: FieldRef = Arc::new(Field::new("entries", DataType::Struct(entries), false));
    let captures = Field::new("captures", DataType::Map(entries, false), false);
    Fields::from(vec![text("rule"), text("category"), text("severity"), captures])
}

/// Returns the type of a match: rule, category, severity and captures.
fn data_type() -> DataType {
    DataType::Struct(fields())
}

/// Builds the struct array row by row.
struct Found {
    rules: StringBuilder,
    categories: StringBuilder,
    severities: StringBuilder,
    captures: MapBuilder<StringBuilder, StringBuilder>,
    is_match: NullBufferBuilder,
}

impl Found {
    fn new(rows: usize) -> Self {
        let texts = || StringBuilder::with_capacity(rows, 0);
        Self {
            rules: texts(),
            categories: texts(),
            severities: texts(),
            captures: MapBuilder::new(Some(names()), StringBuilder::new(), StringBuilder::new()),
            is_match: NullBufferBuilder::new(rows),
        }
    }

    fn add(&mut self, engine: &Engine, found: Option<clawsift::classify::Match>) {
        self.is_match.append(found.is_some());
        match &found {
            Some(found) => {
                self.rules.append_value(&engine.rule(found.rule).id);
                self.categories.append_value(found.category.to_string());
                self.severities.append_value(found.severity.to_string());
                for (name, value) in &found.captures {
                    self.captures.keys().append_value(name);
                    self.captures.values().append_value(value);
                }
            }
            None => {
                self.rules.append_value("");
                self.categories.append_value("");
                self.severities.append_value("");
            }
        }
        // Keys and values are added in pairs, so this cannot fail.
        let _ = self.captures.append(true);
    }

    fn finish(mut self) -> PyResult<StructArray> {
        let columns: Vec<ArrayRef> = vec![
            Arc::new(self.rules.finish()),
            Arc::new(self.categories.finish()),
            Arc::new(self.severities.finish()),
            Arc::new(self.captures.finish()),
        ];
        StructArray::try_new(fields(), columns, self.is_match.finish()).map_err(bad_value)
    }
}
