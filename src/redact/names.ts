/** What the name of a variable, key or option says about its value. */

const FAMILY =
  'pass(?:word|wd|phrase|code)|pwd|secret|token|credentials?|webhook(?:[_-]?ur[il])?|cookie|authorization|(?:api|private|access|secret|signing|encryption|master|service|account|storage|shared|license|deploy|admin|ssh|gpg|auth)[_-]?key';
const SECRET_NAME = new RegExp(
  `(?:^|[^a-z])(?:${FAMILY})(?:[_-]?(?:v?\\d{1,2}|value|base64|b64|prod|dev|test))?$`,
);
/** A name whose secret word runs on from other letters: `dbpassword`, `PGPASSWORD`, `authtoken`. */
const GLUED_NAME = /(?:pass(?:word|wd|phrase)|secret|authtoken|apikey)$/;

/** Whether the value under this key is a secret whatever it looks like: `DB_PASSWORD`, `clientSecret`, `x-api-key`. */
export function isSecretKey(name: string): boolean {
  if (name.length > 128) return false;
  const words = name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase();
  // `pwd` alone is mostly the working directory.
  return words !== 'pwd' && (SECRET_NAME.test(words) || GLUED_NAME.test(words));
}

/** Names of environment variables: also every `*_KEY`, `*_PAT`, `*_DSN`, and what has WEBHOOK or PASSWORD in it. */
export function isSecretVariable(name: string): boolean {
  if (/^(?:OLD|INIT_)?PWD$/i.test(name)) return false;
  if (/(?:_|^)(?:HOSTS?|PATH|FILE|DIR|ENABLED|TTL|SOCK|NAME|VERSION)$/i.test(name)) return false;
  return (
    isSecretKey(name) ||
    /_(?:KEY|PAT|DSN|PWD|AUTH|CREDS?)$/i.test(name) ||
    /PASSW(?:OR)?D|WEBHOOK|SECRET|PRIVATE_KEY|_TOKEN(?:_|$)/i.test(name)
  );
}
