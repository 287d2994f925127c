# Common tasks. `just` lists them; see https://just.systems.

version := `sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -1`
target := `rustc -vV | sed -n 's/^host: //p'`

# List the tasks.
default:
    @{{ just_executable() }} --list --unsorted

# Build the program, target/release/clawsift.
build:
    cargo build --locked --release

# Build the program as it is published, target/dist/clawsift: slower to build, a little faster to run.
dist:
    cargo build --locked --profile dist

# Run some tests: `just test --test cli`, or all of them.
test *ARGS:
    cargo test --locked {{ ARGS }}

# Update the snapshots of the command line and show the changes.
snapshots:
    INSTA_UPDATE=always cargo test --locked --test cli
    git diff --stat -- '*.snap'

# Format and lint the code.
lint:
    cargo fmt
    cargo clippy --locked --all-targets -- -D warnings

# Check rules and their examples: `just rules my-rules`.
rules *PATHS='rules tests/examples':
    cargo run --locked --release --quiet -- rules check {{ PATHS }} --deny warnings
    cargo run --locked --release --quiet -- rules test {{ PATHS }}

# Update the JSON Schemas, which are generated from the types.
schemas:
    cargo run --locked --quiet -- schema report >schema/report.schema.json.new
    cargo run --locked --quiet -- schema match >schema/match.schema.json.new
    cargo run --locked --quiet -- rules schema >schema/rules.schema.json.new
    for schema in report match rules; do mv schema/$schema.schema.json.new schema/$schema.schema.json; done

# Run everything that must pass before a change is merged.
check:
    .ci/run

# Run the long tests, before a release.
check-all: check
    .ci/full

# Compare the speed of clawsift with other tools.
bench:
    benches/run.sh

# Install clawsift with `cargo install`.
install:
    cargo install --locked --path .

# Build the smaller program, target/release-small/clawsift.
small:
    cargo build --locked --profile release-small

# Build the published program without shared libraries: `just target=x86_64-unknown-linux-musl static`, which needs musl-gcc.
static:
    RUSTFLAGS='-C target-feature=+crt-static' cargo build --locked --profile dist --target {{ target }}

# Pack PROGRAM with manual pages, completions and licences into target/archive/, for `cargo binstall`.
archive PROGRAM:
    .ci/archive {{ quote(PROGRAM) }} {{ target }}
