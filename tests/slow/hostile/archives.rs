//! Malicious archives, and damaged archives.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use super::measured::{Outcome, json_report, run};
use super::{fixture, scale};
use crate::packed::{gzip, tar};

const MIB: usize = 1 << 20;

fn scanned(path: &Path, options: &[&str]) -> Outcome {
    let mut command = json_report();
    command.args(options).arg(path);
    run(command)
}

fn xz(text: &[u8]) -> Vec<u8> {
    let mut encoder = liblzma::write::XzEncoder::new(Vec::new(), 0);
    encoder.write_all(text).expect("a write");
    encoder.finish().expect("an end")
}

fn bzip2(text: &[u8]) -> Vec<u8> {
    let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    encoder.write_all(text).expect("a write");
    encoder.finish().expect("an end")
}

fn zstd(text: &[u8]) -> Vec<u8> {
    let mut encoder = zstd::Encoder::new(Vec::new(), 1).expect("an encoder");
    encoder.include_checksum(true).expect("an option");
    encoder.write_all(text).expect("a write");
    encoder.finish().expect("an end")
}

fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, text) in members {
        writer.start_file(*name, zip::write::SimpleFileOptions::default()).expect("a member");
        writer.write_all(text).expect("a write");
    }
    writer.finish().expect("an end").into_inner()
}

/// Returns the text in each kind of archive.
fn packed(text: &[u8]) -> [(&'static str, Vec<u8>); 6] {
    [
        ("gz", gzip(text)),
        ("zst", zstd(text)),
        ("xz", xz(text)),
        ("bz2", bzip2(text)),
        ("zip", zip(&[("a.log", text)])),
        ("tgz", gzip(&tar(&[("a.log", text)]))),
    ]
}

fn write(folder: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, bytes).expect("a file");
    path
}

#[test]
fn bombs_of_each_kind() {
    let folder = tempfile::tempdir().expect("a folder");
    let size = scale(3, 1024) * MIB;
    let line = [&[b'x'; 4095][..], b"\n"].concat();
    let log = line.repeat(size / line.len());
    for (name, bytes) in packed(&log) {
        let path = write(folder.path(), name, &bytes);
        let outcome = scanned(&path, &["--max-decompressed", "1MiB"]);
        assert_eq!(outcome.status, Some(2), "{name}");
        assert!(outcome.stderr.contains("more than 1048576 bytes"), "{name}: {}", outcome.stderr);
        // The header of a member of a tar archive counts, too.
        let header = if name == "tgz" { 512 } else { 0 };
        assert_eq!(outcome.json()["totals"]["bytes"], MIB - header, "{name}: what came before is read");
        // Compressed twice, it is still a bomb.
        for (name, again) in packed(&bytes).into_iter().take(4).filter(|_| name != "zip") {
            let outcome = scanned(&write(folder.path(), name, &again), &["--max-decompressed", "1MiB"]);
            assert!(outcome.stderr.contains("more than 1048576 bytes"), "{name}: {}", outcome.stderr);
        }
    }
}

#[test]
fn damaged_archives_of_each_kind() {
    let folder = tempfile::tempdir().expect("a folder");
    // All lines differ, so that damage in the middle does not affect the beginning.
    let mut log = fixture("tls-expired/file.log");
    for number in 0_u64..40_000 {
        let noise = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        log.extend_from_slice(format!("{noise:016x}{:016x}\n", noise.rotate_left(29)).as_bytes());
    }
    for (name, bytes) in packed(&log) {
        let cut = bytes[..bytes.len() * 3 / 4].to_vec();
        let mut turned = bytes.clone();
        turned[bytes.len() * 3 / 4] ^= 0x55;
        for (damage, bytes) in [("cut", cut), ("turned", turned)] {
            let outcome = scanned(&write(folder.path(), name, &bytes), &[]);
            assert_eq!(outcome.status, Some(2), "{name} {damage}: {}", outcome.stderr);
            let report = outcome.json();
            assert_eq!(report["findings"][0]["category"], "tls", "{name} {damage}: {}", outcome.stderr);
        }
    }
}

#[test]
fn the_first_bytes_of_archives_and_nothing_more() {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, bytes) in packed(b"x\n") {
        for length in 0..bytes.len() {
            if length > 24 && length % 7 != 0 {
                continue;
            }
            let outcome = scanned(&write(folder.path(), name, &bytes[..length]), &[]);
            assert!(matches!(outcome.status, Some(0 | 2)), "{name} {length}: {}", outcome.stderr);
            assert_eq!(outcome.json()["schema"], "clawsift.report/v1");
        }
    }
}

#[test]
fn archives_in_archives() {
    let folder = tempfile::tempdir().expect("a folder");
    let log = fixture("tls-expired/file.log");
    let inner = zip(&[("a.log", &log)]);
    let outcome =
        scanned(&write(folder.path(), "outer.zip", &zip(&[("inner.zip", &inner), ("b.log", &log)])), &[]);
    assert_eq!(outcome.status, Some(2));
    assert!(
        outcome.stderr.contains("inner.zip: a zip archive cannot be read from a pipe"),
        "{}",
        outcome.stderr
    );
    assert_eq!(outcome.json()["findings"][0]["category"], "tls", "the others are read");

    let member = gzip(&log);
    let outcome = scanned(&write(folder.path(), "logs.zip", &zip(&[("a.log.gz", &member)])), &[]);
    assert_eq!(outcome.json()["findings"][0]["category"], "tls");

    let deep = (0..10).fold(log, |inner, _| gzip(&inner));
    let outcome = scanned(&write(folder.path(), "deep.gz", &deep), &[]);
    assert!(outcome.stderr.contains("nested archives"), "{}", outcome.stderr);
}

#[test]
fn a_tar_archive_of_very_many_members() {
    let folder = tempfile::tempdir().expect("a folder");
    let names: Vec<String> = (0..scale(1000, 101_000)).map(|number| format!("{number}.log")).collect();
    let members: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b"x\n"[..])).collect();
    let outcome = scanned(&write(folder.path(), "many.tgz", &gzip(&tar(&members))), &[]);
    assert_eq!(outcome.json()["totals"]["lines"], names.len().min(100_000));
    let is_refused = outcome.stderr.contains("more than 100000 files");
    assert_eq!(is_refused, names.len() > 100_000, "{}", outcome.stderr);
}

#[test]
fn an_archive_of_very_many_members() {
    let folder = tempfile::tempdir().expect("a folder");
    let count = scale(1000, 60_000);
    let names: Vec<String> = (0..count).map(|number| format!("{number}.log")).collect();
    let members: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b"x\n"[..])).collect();
    let report = scanned(&write(folder.path(), "many.zip", &zip(&members)), &[]).json();
    assert_eq!(report["totals"]["lines"], count);
}

/// As in archives that expand to petabytes: all members share the same bytes.
#[test]
fn members_that_share_their_bytes() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut bytes = zip(&[("a.log", b"x\n"), ("b.log", b"x\n")]);
    // The second directory entry points to the first member.
    let entries: Vec<usize> = memchr::memmem::find_iter(&bytes, b"PK\x01\x02").collect();
    bytes[entries[1] + 42..entries[1] + 46].fill(0);
    let outcome = scanned(&write(folder.path(), "shared.zip", &bytes), &[]);
    assert_eq!(outcome.status, Some(2));
    assert!(outcome.stderr.contains("shared.zip: "), "{}", outcome.stderr);
    assert_eq!(outcome.json()["totals"]["lines"], 0);
}

#[test]
fn members_with_one_name_are_not_passed_over_in_silence() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut bytes = zip(&[("a.log", b"x\n"), ("b.log", b"y\n")]);
    for at in memchr::memmem::find_iter(&bytes.clone(), b"b.log") {
        bytes[at] = b'a';
    }
    let outcome = scanned(&write(folder.path(), "twice.zip", &bytes), &[]);
    assert_eq!(outcome.status, Some(2));
    assert!(outcome.stderr.contains("another member has the same name: 1"), "{}", outcome.stderr);
}
