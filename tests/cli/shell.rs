//! Help, completions and man pages.

use std::fs;
use std::process::{Command, Stdio};

use crate::{clawsift, piped, stderr, stdout};

const COMMANDS: [&str; 17] = [
    "",
    "explain",
    "merge",
    "rules",
    "rules check",
    "rules test",
    "rules list",
    "rules show",
    "rules schema",
    "rules new",
    "rules bench",
    "watch",
    "diff",
    "mcp",
    "schema",
    "completions",
    "man",
];

#[test]
fn each_command_has_help() {
    for command in COMMANDS {
        let output = clawsift().args(command.split_whitespace()).arg("--help").output().expect("help");
        assert_eq!(output.status.code(), Some(0), "{command}");
        let name = format!("help {command}").trim_end().replace(' ', "_");
        insta::assert_snapshot!(name, stdout(&output));
    }
}

#[test]
fn each_command_that_takes_arguments_shows_examples() {
    for command in COMMANDS.iter().filter(|command| !["rules", "rules schema"].contains(command)) {
        let output = clawsift().args(command.split_whitespace()).arg("--help").output().expect("help");
        assert!(stdout(&output).contains("Examples:\n  "), "{command}");
    }
}

#[test]
fn each_command_has_a_page_of_the_manual() {
    let folder = tempfile::tempdir().expect("a folder");
    let man = folder.path().join("man/man1");
    let written = clawsift().args(["man", "--folder"]).arg(&man).output().expect("pages");
    assert_eq!(written.status.code(), Some(0), "{}", stderr(&written));
    for command in COMMANDS {
        let name = format!("clawsift {command}").trim_end().replace(' ', "-");
        let page = fs::read_to_string(man.join(format!("{name}.1"))).expect(command);
        assert!(page.contains(&format!(".TH {name} 1")), "{page}");
        let shown = clawsift().arg("man").args(command.split_whitespace()).output().expect("a page");
        assert_eq!(stdout(&shown), page, "{command}");
    }
    let unknown = clawsift().args(["man", "rules", "chek"]).output().expect("an error");
    assert_eq!(unknown.status.code(), Some(2));
    assert!(stderr(&unknown).contains("unknown command `rules chek`"), "{}", stderr(&unknown));
}

#[test]
fn completions_are_scripts_that_the_shells_take() {
    for (shell, check) in [
        ("bash", Some(["bash", "-n"])),
        ("zsh", Some(["zsh", "-n"])),
        ("fish", Some(["fish", "--no-execute"])),
        ("powershell", None),
        ("elvish", None),
    ] {
        let script = clawsift().args(["completions", shell]).output().expect("a script");
        assert!(stdout(&script).contains("rules"), "{shell}");
        let Some([program, option]) = check else { continue };
        // Not every machine has every shell.
        if Command::new(program).arg("--version").stdout(Stdio::null()).status().is_err() {
            continue;
        }
        let mut shell = Command::new(program);
        shell.arg(option).stdin(Stdio::null());
        let taken = piped(shell, &script.stdout);
        assert!(taken.status.success(), "{program}: {}", stderr(&taken));
    }
}

#[test]
fn bash_completes_a_command_and_an_option() {
    let script = clawsift().args(["completions", "bash"]).output().expect("a script");
    for (words, cword, expected) in [("clawsift ru", 1, "rules"), ("clawsift rules --", 2, "--help")] {
        let ask = format!(
            "{}\nCOMP_WORDS=({words}); COMP_CWORD={cword}; _clawsift clawsift \"${{COMP_WORDS[{cword}]}}\" \
             \"${{COMP_WORDS[{cword}-1]}}\"; printf '%s\\n' \"${{COMPREPLY[@]}}\"",
            stdout(&script)
        );
        let answer = piped(Command::new("bash"), ask.as_bytes());
        assert!(stdout(&answer).lines().any(|line| line == expected), "{words}: {}", stdout(&answer));
    }
}
