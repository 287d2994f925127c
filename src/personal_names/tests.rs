use super::forms::{PLACES, SHAPES};
use super::*;

#[test]
fn the_expressions_can_be_built() {
    assert!(SHAPES.is_whole() && PLACES.is_whole());
}

#[test]
fn masks_what_tells_a_person_or_a_machine() {
    let mut masker = Masker::new(["clawbox.example.org"], ["EACCES /home/joanna/.openclaw"]);
    for (text, expected) in [
        ("open '/home/joanna/.openclaw/x.json'", "open '~/.openclaw/x.json'"),
        ("/Users/max/Library", "~/Library"),
        (r"C:\Users\Max Power\.openclaw", r"~\.openclaw"),
        (r"C:\\Users\\max\\.openclaw", r"~\\.openclaw"),
        ("/root/.openclaw", "~/.openclaw"),
        ("agent of Joanna on clawbox", "agent of [user] on [host]"),
        ("on CLAWBOX.example.org!", "on [host]!"),
        ("chat -1001234567890", "chat -[number]"),
        ("connect ECONNREFUSED 192.168.1.7:11434", "connect ECONNREFUSED [ip]:11434"),
        ("connect ECONNREFUSED fe80::1:2%eth0", "connect ECONNREFUSED [ip]%eth0"),
        ("https://joe:secret@proxy.lan:3128/", "https://[user]@[host]:3128/"),
        ("ollama.fritz.box:11434", "[host]:11434"),
    ] {
        assert_eq!(masker.clean(text), expected);
    }
    assert_eq!(masker.counts().get(&Masked::Home), Some(&5));
    for (text, mask) in [
        ("mail joe.x+y@mail.example.com now", "[email"),
        ("to 4915112345678@s.whatsapp.net", "[phone"),
        ("to +49 151 1234-5678, twice", "[phone"),
    ] {
        let clean = masker.clean(text);
        assert!(clean.contains(mask) && !clean.contains("joe") && !clean.contains("151"), "{clean}");
    }
    assert_eq!(masker.counts().get(&Masked::Phone), Some(&2));
}

#[test]
fn masks_are_numbered_and_tell_only_which_are_equal() {
    let mut masker = Masker::new([], []);
    let text = "password=hunter2 token=swordfish9 password=hunter2 to joe@x.org and max@x.org";
    let expected =
        "password=[redacted 1] token=[redacted 2] password=[redacted 1] to [email 3] and [email 4]";
    assert_eq!(masker.clean(text), expected);
    assert_eq!(masker.clean("token=swordfish9, joe@x.org"), "token=[redacted 2], [email 3]");
    assert_eq!(masker.clean(expected), expected);
    assert_eq!(masker.clean("token=[redacted]"), "token=[redacted]");
}

/// Returns the results that differ from the expected ones.
fn wrong<'t>(
    masker: &mut Masker,
    texts: impl IntoIterator<Item = (&'t str, &'t str)>,
) -> Vec<(String, &'t str)> {
    let cleaned = texts.into_iter().map(|(text, expected)| (masker.clean(text), expected));
    cleaned.filter(|(clean, expected)| clean != expected).collect()
}

/// Each text identifies the value in only one way.
#[test]
fn masks_what_its_form_or_the_words_beside_it_tell() {
    let texts = [
        // Home folders, however they are written.
        ("cwd=%2Fhome%2Falice%2Fx", "cwd=~%2Fx"),
        ("?path=%252Fhome%252Falice%252Fx", "?path=~%252Fx"),
        ("cwd=C%3A%5CUsers%5CMax%20Power%5Cx", "cwd=~%5Cx"),
        ("file:///home/alice/x.mjs:12", "file://~/x.mjs:12"),
        ("file:///C:/Users/alice/x.mjs", "file:///~/x.mjs"),
        ("/mnt/c/Users/alice/x", "~/x"),
        ("/c/Users/alice/x", "~/x"),
        ("/var/home/alice/x", "~/x"),
        (r"\/home\/alice\/x", r"~\/x"),
        ("projects/-home-alice-work", "projects/-home-[user]-work"),
        ("cd ~alice/x", "cd ~[user]/x"),
        // Machines.
        ("hostname=clawbox pid=7", "hostname=[host] pid=7"),
        (r#""hostname":"clawbox","pid":7"#, r#""hostname":"[host]","pid":7"#),
        (r#"{\"host\": \"nas\"}"#, r#"{\"host\": \"[host]\"}"#),
        ("OLLAMA_HOST=nas:11434", "OLLAMA_HOST=[host]:11434"),
        ("Hostname: clawbox", "Hostname: [host]"),
        ("connect to http://nas:11434/v1", "connect to http://[host]:11434/v1"),
        ("smb://joe@nas/share", "smb://[user]@[host]/share"),
        ("getaddrinfo ENOTFOUND nas", "getaddrinfo ENOTFOUND [host]"),
        ("getaddrinfo EAI_AGAIN my-box.tail1234.ts.net", "getaddrinfo EAI_AGAIN [host]"),
        ("connect ECONNREFUSED nas:11434", "connect ECONNREFUSED [host]:11434"),
        ("curl: (6) Could not resolve host: nas", "curl: (6) Could not resolve host: [host]"),
        (
            "dial tcp: lookup nas on 10.0.0.1:53: no such host",
            "dial tcp: lookup [host] on [ip]:53: no such host",
        ),
        (r"open \\nas\share\x", r"open \\[host]\share\x"),
        (r#""\\\\nas\\share""#, r#""\\\\[host]\\share""#),
        // People.
        ("USER=alice LOGNAME=alice USERNAME=alice", "USER=[user] LOGNAME=[user] USERNAME=[user]"),
        ("SUDO_USER=alice", "SUDO_USER=[user]"),
        ("user=alice refused", "user=[user] refused"),
        (r#""username":"alice""#, r#""username":"[user]""#),
        (r#"{"senderName":"Alice Doe"}"#, r#"{"senderName":"[user]"}"#),
        ("alice@box:~$ openclaw status", "[user]@[host]:~$ openclaw status"),
        ("[alice@box openclaw]$ ls", "[alice@box openclaw]$ ls"),
        ("[alice@box ~]$ ls", "[[user]@[host] ~]$ ls"),
        ("root@box:/srv# ls", "root@[host]:/srv# ls"),
        ("ssh -N -L 1:2:3 alice@box", "ssh -N -L 1:2:3 [user]@[host]"),
        ("message from @alice_doe, twice", "message from [id], twice"),
        ("(@alice)", "([id])"),
        ("bot:@Clawd#0429, x", "bot:[id], x"),
        // Accounts and chats.
        ("invite @alice:matrix.example.org", "invite [id]"),
        ("room !abcDEF:example.org and #ops:example.org", "room [id] and [id]"),
        ("$143273582443PhrSn:example.org", "[id]"),
        ("event $Rqnc-F-dvnEYJTyHq_iKxU2bZ1CI92-kuZq3a5lr5Zg", "event [id]"),
        ("/rooms/%21abc%3Aexample.org/send", "/rooms/[id]/send"),
        ("user U0G9QF9C6 in C061EG9SL of T0G9PQBBK", "user [id] in [id] of [id]"),
        ("<@U05029ABC>", "<[id]>"),
        ("to ou_5a03c429 in oc_622bfc0e4290 by cli_a1b2c3d4e5f6", "to [id] in [id] by [id]"),
        ("agent:main:slack:channel:general", "agent:main:slack:channel:[id]"),
        ("agent:main:slack:channel:c061eg9sl:thread:1", "agent:main:slack:channel:[id]:thread:1"),
        ("matrix:room:!ops:example.org", "matrix:room:[id]"),
    ];
    assert_eq!(wrong(&mut Masker::default(), texts), []);
}

#[test]
fn a_name_told_once_is_masked_everywhere() {
    let told = [
        "cwd=%2Fhome%2Fjoanna%2Fx",
        "hostname=nasbox",
        r"C:\Users\Max Power\x",
        "USER=wilma",
        "bert@benchbox:~$ ls",
        "getaddrinfo ENOTFOUND printbox",
    ];
    let mut masker = Masker::new([], told);
    for name in ["joanna", "nasbox", "Max Power", "WILMA", "bert", "benchbox", "printbox"] {
        let clean = masker.clean(&format!("odd {name}, {name}-2.log"));
        assert!(clean == "odd [user], [user]-2.log" || clean == "odd [host], [host]-2.log", "{clean}");
    }
}

#[test]
fn leaves_alone_what_tells_nobody_anything() {
    let told = ["/home/openclaw/x", "/home/node", "user=agent", "host=gateway", "http://ollama:11434"];
    let mut masker = Masker::new(["localhost", "gw"], told);
    let texts = [
        "connect ECONNREFUSED 127.0.0.1:11434 and ::1 and 0.0.0.0",
        "openclaw 2026.9.6 on node 24.21.0 at 2026-11-22T10:19:02.749Z",
        "npm install -g openclaw@latest @openclaw/discord @slack/bolt @types/node",
        "node_modules/@openclaw/codex/dist/index.mjs:1:2",
        "https://registry.npmjs.org/@openclaw%2fdiscord \"@openclaw%2fcodex\"",
        "--tag @latest, @next, @beta, @everyone, @here",
        r#"{"@type":"type.googleapis.com/google.rpc.ErrorInfo"}"#,
        "@ts-ignore @deprecated @param",
        "ask @BotFather for a new token",
        "dig @1.1.1.1 api.openai.com",
        "getaddrinfo ENOTFOUND api.openai.com",
        "Foo::Bad::new, rooted, 12345678 bytes, gw",
        "https://api.openai.com/v1/models wss://gateway.discord.gg/?v=10",
        "http://localhost:11434 http://ollama:11434 http://host.docker.internal:11434 ws://127.0.0.1:18789",
        "host=127.0.0.1 host=gateway host=sandbox host: \"auto\" host:port",
        "hostname: must not be empty, host: not found",
        "Host: api.anthropic.com",
        "Invalid hostname: expected a string",
        "unknown host key",
        "user=agent user=unknown user: not found, user: 4, user:3",
        r#"{"role":"user","content":"hi"}"#,
        "username is required; username: missing",
        "user quota exceeded, users=3, user_id=7, per-user limit",
        "bot_user=true is_user: false",
        "from=custom provider=openai model=claude-opus-4-5-20251101 channel=slack",
        "agent:main:main agent:main:subagent:x",
        "telegram: channel: stopped, discord:channel: error",
        "resolve host for provider",
        "queryA ESERVFAIL relay.internal.example",
        "agents.defaults.silentReply.internal memory.search.local",
        "read https://doc… and https://doc...",
        "BASE64URL WINDOWS11 UNAVAILABLE BOOTSTRAP CONFIGURATION TYPESCRIPT5 UTF8MB4TEXT CLAUDE35SONNET",
        "on_demand cli_backend oc_handler on_message_received2 ou_",
        "issue #12:main.rs and #123:45, file.ts#L10, C# and F#",
        "costs $5:00, $HOME/x ${HOME} $1:2 !important",
        "x!y:z, `!!` #channel:general",
        r"regex \\d+\w and \\n text\\nmore \\?\C:\x",
        r#""\\nfirst\\nsecond""#,
        "~/.openclaw/openclaw.json ~ 5 ~10/s",
        "-home-page and work-home-office",
        "lookup failed: timeout; the lookup of tools: none",
        "ssh tunnel is down; scp failed",
        "rate limit 429 at 10:19:02, ratio 1:2:3",
        "sha256:0123abcd image@sha256 foo@bar",
        "ssh://git@github.com/openclaw/openclaw",
        "chrome://extensions openclaw://main data://x agent://main",
        "pid=1234 port=18789 attempt=3/5 durationMs=12345678",
        "lane=session:agent:main:main reason=rate_limit status=429",
        "HTTP 401 {\"error\":{\"type\":\"authentication_error\",\"message\":\"invalid x-api-key\"}}",
        "runId=cab52cbb-7144-44d8-b45b-c113863dfdcb",
    ];
    assert_eq!(wrong(&mut masker, texts.map(|text| (text, text))), []);
}
