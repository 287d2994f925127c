//! `clawsift rules check`, problem by problem: each file in `cases/` is a rule file with the problem that it is named
//! after, and has a snapshot of the output. A first line such as `# --prove` gives options.

use std::path::Path;
use std::process::Command;

use insta_cmd::get_cargo_bin;

#[test]
fn each_fault_is_found_and_told() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli/check");
    // Not with `glob!`, which counts the snapshots of tests that run at the same time.
    let mut cases: Vec<_> = std::fs::read_dir(folder.join("cases"))
        .expect("the cases")
        .map(|entry| entry.expect("a case").path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "yaml"))
        .collect();
    cases.sort();
    assert!(cases.len() > 50, "{}", cases.len());
    for path in cases {
        let text = std::fs::read_to_string(&path).expect("a case");
        let options =
            text.lines().next().and_then(|line| line.strip_prefix("# --")).map(|o| format!("--{o}"));
        let output = Command::new(get_cargo_bin("clawsift"))
            .current_dir(&folder)
            .args(["rules", "check"])
            .args(options)
            .arg(Path::new("cases").join(path.file_name().expect("a name")))
            .output()
            .expect("the program runs");
        let status = output.status.code().expect("a status");
        let said = String::from_utf8(output.stdout).expect("UTF-8");
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_suffix(path.file_name().expect("a name").to_string_lossy());
        settings.set_input_file(&path);
        settings.bind(|| insta::assert_snapshot!(format!("{said}status {status}")));
    }
}
