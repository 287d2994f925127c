//! Word lists for the names of secrets and for placeholder values, in several languages, separated by blanks.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::kind::Kind;

/// Endings of the names of secrets, in lower case.
pub(super) const ENDS: &[(Kind, &str)] = &[
    (Kind::Authorization, "authorization authorisation"),
    (Kind::Cookie, "cookie cookies"),
    (
        Kind::Password,
        "password passwords passwd passphrase passcode passwort kennwort _pwd -pwd .pwd _pass -pass .pass _passw userpass sshpass \
         _pw -pw .pw storepass keypass authident rootpw adminpw dbpw _psk -psk requirepass masterauth contraseña contrasena senha motdepasse passe пароль пароля \
         密码 密碼 口令 パスワード 暗証番号 合言葉 비밀번호 암호 hasło wachtwoord heslo jelszó parolă parola şifre khẩu sandi รหัสผ่าน पासवर्ड \
         المرور סיסמה lösenord adgangskode passord salasana парола лозинка lozinka parool slaptažodis zugangsdaten user-pass κωδικός 패스워드 عبور گذرواژه السر الوصول şifreniz lösenordet",
    ),
    (Kind::Phrase, "mnemonic seedphrase seed_phrase seed-phrase recoveryphrase recovery_phrase seedwords"),
    (
        Kind::Token,
        "token tokens secret secrets credential credentials creds token_id accesskeyid access_key_id access-key-id _jwt -jwt _sid .sid \
         _dsn _pat githubpat _auth -auth refreshtok accesstok signature assertion geheimnis jeton accès токен токена 令牌 凭证 凭据 \
         トークン 토큰 秘密鍵",
    ),
    (
        Kind::Key,
        "key keys key_id keyid 密钥 密鑰 キー 키 ключ ключа schlüssel clave clé chave klucz anahtarı chiave",
    ),
];

/// Names of secrets that count only as whole words.
pub(super) const ALONE: &[(Kind, &str)] = &[
    (
        Kind::Password,
        "pwd pass passw pw psk mdp κωδικος sudopw user_code pairing_code pairingcode recovery_code recovery_codes backup_code backup_codes accesscode unlockcode invitecode",
    ),
    (Kind::Scheme, "bearer basic"),
    (Kind::OAuth, "access refresh private"),
    (
        Kind::Code,
        "code auth_code authcode authorization_code authorizationcode device_code devicecode code_verifier codeverifier",
    ),
    (Kind::Digest, "response cnonce"),
    (Kind::Login, "auth _auth"),
    (Kind::Value, "value received"),
    (
        Kind::Token,
        "jwt sig x-amz-signature phpsessid jsessionid connect.sid passkey otp totp github-oauth gitlab-oauth bw_session pat nsec dek kek",
    ),
    (
        Kind::Maybe,
        "session session-id session_id x-session-id nonce x-wp-nonce ticket salt pepper seed xsrf keymaterial authheader authstring authblob seedphrase hashsalt totp_seed",
    ),
];

/// Parts that make any name the name of a secret, at any position: `SECRET_KEY_BASE`, `access_token_v2`.
pub(super) const PARTS: &str = "password passwd token secret apikey api_key api-key privatekey private_key private-key signing_key credential";

/// Names that only end like the names of secrets.
pub(super) const NO_NAMES: &str =
    "jsonwebtoken sec-websocket-key sec-websocket-accept secretsmanager tokens_per_second monkey";

/// Parts of a name that only distinguish it or give its encoding.
pub(super) const NEUTRAL: &str = "a alt b b64 backup base64 confirmation current data default dev env fallback hex main new next old \
     plain prev previous primary prod raw repeat secondary staging str string test v val value";

/// Words before `key` that make it a secret.
pub(super) const KINDS: &str = "access account admin aes age api app auth bot client crypt deploy encrypt encryption gateway hmac ingest ingestion integration jwt \
     license master priv private recovery role sdk secret service shared signature signing ssh ssl subscription tls webhook write";
/// Words before `key` that make it not secret.
pub(super) const OTHER_KEYS: &str = "cache column dedupe foreign host idempotency index lane lookup partition primary pub public pubkey route session sort";
/// Words before `token` and `key` that make them ordinary words.
pub(super) const ORDINARY: &str = "cache cancellation closing composite config current dedupe dictionary duplicate eos expected first \
     foreign hash idempotency illegal index input json last line locale lookup map max next object opening output page partition prefix \
     primary public range session sort special stop storage syntax translation unexpected unique unrecognized";
/// Verbs and particles between a name and its value.
pub(super) const VERBS: &[&str] = &[
    "is ", "was ", "are ", "= ", "is: ", "ist ", "lautet ", "est ", "es ", "é ", "là ", "то ", "— ", "– ",
    "-> ", "→ ", "to ", "- ", "är ", "هي ",
];
/// Particles that follow a name without a blank.
pub(super) const PARTICLES: &[&str] = &["为", "為", "是", "は", "는", "은", "を", "が"];

/// Words for states and types, which can occur in the position of a secret.
const STATES: &str = "abgelaufen absent allowed any array auth authentication authorization auto blocked boolean changed changeme config \
     configured confirmed credentials default denied deprecated disabled dummy empty enabled env environment erforderlich error example exec \
     exists expected expired failed failure falsch false fehlt file found function generated here hidden ignored include incorrect inherit \
     invalid keychain loaded malformed managed masked mismatch missing mode no none not null number object obligatoire obligatoria obligatorio \
     obrigatória obrigatório off ok omit omitted on optional passphrase password placeholder plaintext present provided redacted refreshed \
     rejected removed required requis requise resolved revoked rotated same secret secretref sensitive set stale stored string success token \
     true type unauthorized unchanged undefined unknown unresolved unset unsupported updated varchar verplicht wrong wymagane your неверный \
     обязателен 必填 已设置 未設定 未设定 未设置";

/// Returns true if a word names a state or type.
pub(super) fn is_state(word: &str) -> bool {
    static WORDS: LazyLock<HashSet<&str>> = LazyLock::new(|| STATES.split_ascii_whitespace().collect());
    WORDS.contains(word) || WORDS.contains(word.to_lowercase().as_str())
}

/// Returns true if a list holds a word.
pub(super) fn has(list: &str, word: &str) -> bool {
    list.split_ascii_whitespace().any(|known| known == word)
}
