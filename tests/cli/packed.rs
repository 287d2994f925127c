//! Archives and compressed texts.

use std::io::Write;

/// Creates a tar archive with files of this name and content.
pub fn tar(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, content) in members {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        builder.append_data(&mut header, name, *content).expect("a member");
    }
    builder.into_inner().expect("an archive")
}

/// Compresses a text.
pub fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(text).expect("a write");
    encoder.finish().expect("an end")
}
