use super::*;

#[test]
fn a_port_at_the_end_of_a_line_is_no_password_when_it_is_cleaned_again() {
    let once = Redactor::MASKING.clean("target: ws://127.0.0.1:18789\n12:29:49 joe@x: ws://h:1\r\n@");
    assert_eq!(Redactor::MASKING.clean(&once), once);
}

#[test]
fn a_header_is_masked_whatever_it_was_shortened_to_elsewhere() {
    let text = "x-cookie: id=1; session=abcdef\u{1}or conn=649c6b33…4830 closed\nnext";
    let once = Redactor::MASKING.clean(text);
    assert!(!once.contains("abcdef"), "{once}");
    assert_eq!(Redactor::MASKING.clean(&once), once);
    let text = "Cookie: conn=649c6b33…4830; session=abcdef";
    assert!(!Redactor::MASKING.clean(text).contains("abcdef"));
    let masked = "Cookie: [redacted]; x";
    assert_eq!(Redactor::MASKING.clean(masked), masked);
}

#[test]
fn masks_secrets_by_shape_and_by_place() {
    let cases = [
        "Incorrect API key provided: sk-proj-abcdEFGH0123456789abcd",
        "x-api-key: sk-ant-api03-AAAAbbbbCCCCdddd1111",
        "Authorization: Bearer abcdef0123456789",
        r#"{\"authorization\":\"Basic dXNlcjpwYXNz1234\"}"#,
        "via http://joe:hunter2secret@proxy.corp:3128",
        "GET /v1/models?key=AbCd1234 failed",
        "OPENAI_API_KEY=abcd1234efgh",
        "bot 123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw failed",
        "jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abc",
        "gsk_0123456789abcdefghijABCD",
        "https://api.telegram.org/bot123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw/getMe",
        "via http://u:abc@p:3128",
        "via http://joe:p@ss,word9@p:3128",
        "Authorization: Bearer abcdefghijklmnop",
        "password: correcthorse",
        "AZURE_OPENAI_KEY=abcd1234efgh",
        "aws_secret_access_key=abcd1234EFGH",
        r#""refreshToken":"1//0gAbCdEf1234""#,
        r#"{"x-api-key":["abcd1234efgh"]}"#,
        "openclaw --token abcd1234efgh",
        "key=AAAA1111bbbb2222",
    ];
    for case in cases {
        let clean = Redactor::MASKING.clean(case);
        assert!(clean.contains("[redacted]"), "{case} -> {clean}");
        assert_eq!(Redactor::MASKING.clean(&clean), clean, "a clean text stays as it is");
    }
    let joe = Redactor::MASKING.clean("via http://joe:hunter2secret@proxy.corp:3128");
    assert!(!joe.contains("hunter2"), "{joe}");
    assert!(joe.contains("@proxy.corp:3128"), "{joe}");
}

/// Passwords chosen by a person look less random than generated ones, so only their context identifies them.
#[test]
fn a_password_is_masked_where_no_name_ties_it() {
    let places = "AUTH default {}¦\"AUTH\" \"{}\"¦HELLO 3 AUTH joe {}¦ACL SETUSER joe on >{} ~*¦a1 LOGIN joe@x.org {}\
        ¦PRIVMSG NickServ :IDENTIFY joe {}¦PASS {}¦CREATE USER a IDENTIFIED WITH native BY '{}'¦IDENTIFIED BY {}\
        ¦CREATE LOGIN a WITH PASSWORD = N'{}'¦SET PASSWORD FOR a = PASSWORD('{}')¦curl -U joe:{} x¦http -a joe:{} GET x\
        ¦curl --cert c.pem:{} x¦smbclient //n/s -U joe%{}¦mosquitto_pub -u joe -P {}¦keytool -storepass {}¦lftp -u joe,{} x\
        ¦echo {} | sudo -S apt update¦echo \"joe:{}\" | chpasswd¦sqlplus joe/{}@ORCL¦jdbc:oracle:thin:joe/{}@//db\
        ¦joe:{}@tcp(db:3306)/main¦Driver=x;PWD={{}};¦db:5432:main:joe:{}¦trojan://{}@host:443¦ConvertTo-SecureString '{}'\
        ¦new System.Net.NetworkCredential(\"joe\", \"{}\")¦['-u', 'joe:{}']¦password=SecretStr('{}')¦password: Some(\"{}\")\
        ¦[password] => {}¦[\"password\"]=>\n  string(9) \"{}\"¦variable \"db_password\" { default = \"{}1\" }\
        ¦password for joe is {}¦password (root): {}¦password was set to {}¦temporary password - {}¦Passwort für root: {}\
        ¦Пароль от базы: {}¦Zugangsdaten: joe / {}¦passwords:\n- {}\n- {}";
    for place in places.split('¦') {
        for password in ["hunter29", "w7nc2nxj82w-b4", "Tr0ub4dor!3"] {
            let text = place.replace("{}", password);
            let clean = Redactor::MASKING.clean_lines(&text);
            assert!(!clean.contains(password), "{text}: {clean}");
        }
    }
}

#[test]
fn secrets_of_several_words_are_masked_to_their_end() {
    for (text, rest) in [
        ("GMAIL_APP_PASSWORD=zgqg mtxt fype lvxr", "mtxt"),
        ("recovery key: EsTb ezkQ jzsC fSAL JcT2 9owm uKc7 XnBf", "XnBf"),
        ("BitLocker recovery key: 217267-446348-059639-420573", "420573"),
        ("recovery codes: 84992-2ab43, 882fe-dd349, 60685-87533", "87533"),
        (r#"{"kty":"oct","k":"EXehXcv3--DUMZH8kQ0aSorR4IQ0JeC1Ya8PDjmj08NU1","alg":"HS256"}"#, "EXehX"),
        ("changed the password from Gpx7cnt0fv!Jh to jst09iftnk", "jst09"),
    ] {
        let clean = Redactor::MASKING.clean(text);
        assert!(!clean.contains(rest), "{clean}");
    }
}

#[test]
fn leaves_ordinary_words_alone() {
    for text in [
        "unauthorized: gateway token mismatch reason=token_mismatch",
        "gateway.auth.token: missing env var",
        "connect ECONNREFUSED http://127.0.0.1:11434/api",
        "OAuth token refresh failed for openai: try again",
        "Incorrect API key provided: sk-proj-****abcd",
        "runId=cab52cbb-7144-44d8-b45b-c113863dfdcb sessionKey=agent:main:explicit:cab52cbb-7144",
        "model claude-opus-4-5-20251101, gpt-5.2-codex-max, deepseek-r1-distill-llama-70b",
    ] {
        assert_eq!(Redactor::MASKING.clean(text), text);
    }
}

#[test]
fn equal_secrets_share_a_tag_where_there_is_a_key_and_others_do_not() {
    let keyed = Redactor::MASKING.with_key(TagKey::new(b"a key that nobody knows").expect("a key"));
    let text = keyed.clean("?key=AAAA1111bbbb&key=AAAA1111bbbb&key=CCCC2222dddd");
    let tags: Vec<&str> = text.split('=').skip(1).map(|t| t.trim_end_matches("&key")).collect();
    assert_eq!(tags[0], tags[1]);
    assert_ne!(tags[0], tags[2]);
    let key = "sk-ant-api03-AAAAbbbbCCCCdddd1111";
    let tags: std::collections::BTreeSet<String> = [
        key.to_owned(),
        format!("x-api-key: {key}."),
        format!(r#"{{\"apiKey\":\"{key}\"}}"#),
        format!("?key%3D{key}"),
        key.replace("api03", "api\u{1b}[31m03"),
        key.replace("api03", "\\u0061pi03"),
    ]
    .iter()
    .filter_map(|text| Some(keyed.clean(text).split_once("[redacted:")?.1[..16].to_owned()))
    .collect();
    assert_eq!(tags.len(), 1, "{tags:?}");
}

#[test]
fn without_a_key_a_mask_tells_nothing() {
    for secret in ["hunter2", "swordfish9", "correct-horse-1"] {
        assert_eq!(Redactor::MASKING.clean(&format!("password={secret}")), "password=[redacted]");
    }
    assert_eq!(Redactor::PERSONAL.clean("to joe@x.org"), "to [email]");
}

#[test]
fn a_piece_of_a_secret_is_masked_without_its_place() {
    let text = "x-api-key: abcd1234efgh5678 refused for user joe";
    let secrets = Redactor::MASKING.secrets([text]);
    let piece = |piece: &str| Redactor::MASKING.excerpt_of_piece(piece, 200, &secrets);
    for part in ["abcd1234efgh5678", "1234efgh5678", "1234efgh5678 refused", "key abcd1234e"] {
        let shown = piece(part);
        assert!(shown.contains("[redacted]") && !shown.contains("1234e"), "{part}: {shown}");
    }
    assert_eq!(piece("joe"), "joe");
}

#[test]
fn a_private_key_is_masked_whatever_stands_before_it() {
    for before in ["", "x", "KEY=", "a+b/", "key: "] {
        let text =
            format!("{before}-----BEGIN PRIVATE KEY-----\nAbCd1234efGh\n-----END PRIVATE KEY----- end");
        let clean = Redactor::MASKING.clean_lines(&text);
        assert!(!clean.contains("AbCd1234") && clean.ends_with(" end"), "{before}: {clean}");
    }
}

#[test]
fn people_are_masked_where_that_is_asked_for() {
    let text = "to +49 151 1234567, joe@x.org and 491511234567@s.whatsapp.net";
    assert_eq!(Redactor::MASKING.clean(text), text);
    let clean = Redactor::PERSONAL.clean(text);
    let [phone, account] = [1, 4].map(|at| clean.split(' ').nth(at).map(|word| word.trim_end_matches(',')));
    assert_eq!(phone, account, "{clean}");
    assert!(clean.contains("[email]") && !clean.contains("151"), "{clean}");
    assert_eq!(Redactor::PERSONAL.clean(&clean), clean);
}

#[test]
fn escapes_what_a_terminal_would_obey_and_cuts_at_a_character() {
    let clean = Redactor::OPEN.clean("a\u{1b}[31mb\u{202e}c\nd");
    assert_eq!(clean, "a\\u{1b}[31mb\\u{202e}c\\nd");
    for unseen in ['\u{ad}', '\u{61c}', '\u{200d}', '\u{2028}', '\u{2060}', '\u{2069}', '\u{e0041}'] {
        let clean = Redactor::OPEN.clean(&unseen.to_string()).into_owned();
        assert_eq!(clean, format!("\\u{{{:x}}}", u32::from(unseen)));
    }
    assert_eq!(Redactor::OPEN.excerpt("äöüß", 2), "äö…");
    assert_eq!(Redactor::OPEN.excerpt("key 0123456789", 8), "key …");
    assert_eq!(Redactor::OPEN.excerpt("loading models…", 20), "loading models…");
    assert_eq!(Redactor::OPEN.excerpt("ab", 2), "ab");
    assert_eq!(Redactor::OPEN.clean_lines("a\u{7}\r\nb"), "a\\u{7}\nb");
}

#[test]
fn no_secret_is_cut_before_it_is_seen() {
    for before in 0..80 {
        let text = format!("{}sk-ant-api03-AAAAbbbbCCCCdddd1111,{}", "x ".repeat(before), "y".repeat(200));
        for max in [1, 2, 5, 8, 10] {
            let shown = Redactor::MASKING.excerpt(&text, max);
            assert!(!shown.contains("api03"), "{before} {max}: {shown}");
        }
    }
}

/// Size in bytes of the texts on which work is counted.
const SIZE: usize = 64 << 10;
/// Maximum ratio of the work for any text to the work for an ordinary text of the same size.
const MOST: f64 = 20.0;

/// Returns the number of steps per byte for a text that repeats a pattern.
fn work_of(pattern: &str) -> f64 {
    let text = pattern.repeat(SIZE / pattern.len() + 1);
    work::take();
    std::hint::black_box(Redactor::PERSONAL.clean_lines(&text));
    let secrets = Redactor::PERSONAL.secrets([text.as_str()]);
    std::hint::black_box(Redactor::PERSONAL.excerpt_of_piece(&text, 600, &secrets));
    work::take() as f64 / text.len() as f64
}

fn ordinary() -> f64 {
    work_of(
        "2026-11-22T09:47:00.546+00:00 warn agent/embedded embedded run agent end runId=1 isError=true model=m1 provider=openai \
         error=LLM request failed: network connection error. rawError=Connection error.\n",
    )
}

#[test]
fn no_text_costs_much_more_than_an_ordinary_one() {
    let ordinary = ordinary();
    let mut over = Vec::new();
    for pattern in [
        "token=",
        "password:x ",
        "cookie: a=b; ",
        "eyJ-",
        "key=\"",
        "Bearer ",
        "://a:b@",
        "{\"a\":",
        "\\\\",
        "\\u0041",
        "\\\"",
        "%25",
        "%2525252525252525",
        "%3D",
        "\u{1b}[31m",
        "[31m",
        "&amp;",
        "sk-",
        "sk-a-",
        "a1_sk_",
        "password=",
        "--token ",
        "-u a:",
        "[",
        "[1,",
        "<Buffer 41 ",
        "<key>token</key>",
        "<token>",
        "https://a:b/",
        "a://b:c",
        "a://b:c@d/",
        "\"name\":\"token\",\"value\":\"",
        "\"value\":\"x\",",
        "token=a,",
        "tokens=a1b2c3,",
        "tokens:[",
        "tokens:{\"a\":\"",
        "abandon ",
        "AAAA",
        "QmVhcmVy",
        "eyJhbGciOiJIUzI1NiJ9.",
        "authorization: Digest a=b, ",
        "authorization:",
        "…",
        "***",
        "token=***",
        "\n│ ",
        "\na1",
        "：",
        "密码：",
        "A1api_key：",
        "A1token：",
        "“",
        "+49 151 ",
        "a@b.",
        "1:1:",
        "-----BEGIN ",
        "xoxb-",
        "ghp_",
        "AKIA",
        "1234567:",
        "key key ",
        "key='",
        "set token ",
        "provided: ",
        "code=",
        "\u{202e}",
        "a\u{301}",
        "AUTH ",
        "AUTH PLAIN ",
        "LOGIN a ",
        "IDENTIFIED BY ",
        "IDENTIFIED BY 'x",
        "SETUSER a ",
        "echo a | ",
        "thin:a/",
        "a:b@tcp(",
        ":5432:a:b:",
        "value \"x\" for ",
        "password: Some(\"",
        "password: Map(2) {'a'=>{",
        "password(",
        "keys:\n - ",
        "keys:\n a: ",
        "password: abcd efgh ",
        "password: ab12-",
        "<token a ",
        "token (",
        "token <",
        "\"d\":\"",
        "\"Bearer\", \"",
        "Bearer key=",
        "Bearer realm=a b=",
        "\"\n\"",
        "a \n",
        "^[[1m",
        "token%3D",
        "\\\\\\\\u0074oken=",
    ] {
        let ratio = work_of(pattern) / ordinary;
        if ratio > MOST {
            over.push(format!("{pattern:?}: {ratio:.1}"));
        }
    }
    assert!(over.is_empty(), "{over:#?}");
}

/// Returns the number of tries, of which each costs as much as many of other properties.
fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(200)
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { cases: cases(), ..Default::default() })]

    #[test]
    fn nor_does_any_combination_of_words_that_redaction_knows(pattern in proptest::collection::vec(proptest::sample::select(WORDS), 1..8)) {
        let ratio = work_of(&pattern.concat()) / ordinary();
        proptest::prop_assert!(ratio <= MOST, "{ratio:.1}");
    }
}

/// Keywords of redaction, and the characters around them.
const WORDS: &[&str] = &[
    "token",
    "password",
    "key",
    "api_key",
    "secret",
    "cookie",
    "Authorization",
    "Bearer ",
    "Basic ",
    "Digest ",
    "sk-",
    "ghp_",
    "eyJ",
    "xoxb-",
    "://",
    "@",
    ":",
    "=",
    ": ",
    "=\"",
    "\"",
    "'",
    ",",
    ";",
    " ",
    "\\",
    "\\\"",
    "\\n",
    "\n",
    "%25",
    "%3D",
    "\u{1b}[1m",
    "…",
    "***",
    "[",
    "]",
    "{",
    "}",
    "<",
    ">",
    "<Buffer ",
    "[1,2,",
    "--",
    "-u ",
    "a",
    "A1",
    "0",
    "value",
    "name",
    "set ",
    "is ",
    "-----BEGIN ",
    "PRIVATE KEY",
    "abandon ",
    "&amp;",
    "：",
    "│ ",
    "> ",
    "code",
    "access",
    "auth",
    "+49",
    "response",
    "密码",
    "QUFB",
    "=>",
    "</key>",
    "[31m",
    "AUTH ",
    "LOGIN ",
    "IDENTIFIED BY ",
    "echo ",
    "| sudo -S",
    "tcp(",
    ":5432",
    "Some(",
    "Map(2) ",
    "\n - ",
    "ab12-",
    "(",
    "got ",
    "expected ",
    " for ",
    "\"d\":",
];

/// A prefix such as `hskey-` is also part of ordinary names, so that only its whole length is evidence, or an omission.
#[test]
fn a_token_with_its_middle_left_out_is_masked_on_both_sides() {
    let clean = |text: &str| Redactor::MASKING.clean(text).into_owned();
    for gap in ["…", "***", "..."] {
        let text = format!("key hskey-RsrM8TmLIW-DeK3QQCoTDI{gap}ljLqK1Yq3p_xdzGkzxSEc6e-VyKy is");
        assert_eq!(clean(&text), "key [redacted] is");
        let word = format!("the hskey-generator{gap}");
        assert_eq!(clean(&word), word);
    }
}
