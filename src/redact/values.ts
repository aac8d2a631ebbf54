/** What the form around a value says about it. */
export interface Situation {
  /** The name is one for passwords, which people choose: shorter and less random than tokens. */
  password: boolean;
  quoted: boolean;
  /** The form leaves no doubt (`DB_PASSWORD=x`, `--password x`): any value that is no placeholder counts. */
  certain: boolean;
}

const PLACEHOLDER =
  /^(?:\$|\{\{|<|%[A-Z_(]|\*{3,}|\.{3}|x{4,}|-{3,}|#|process\.|import\.|os\.|env[.:[]|file:|vault:|op:\/\/|sm:\/\/|arn:|secrets\.|your[-_ ]|my[-_ ]?(?:pass|secret|token|key)|change[-_ ]?me|replace[-_ ]|example|placeholder|dummy|sample|todo|redacted|\[redacted|(?:string|number|boolean|bool|optional|required|any|unknown|void|never|str|int|bytes|null|undefined|none|true|false|nil|Promise|Record|Array|Option|Vec|Buffer)(?:$|[^A-Za-z0-9]))/i;
const COMMON = new Set(
  'password passwort passwd secret token tokens postgres postgresql mysql mongodb redis root admin guest user test testing development production staging localhost default disabled enabled hidden invalid missing expired refresh access bearer basic public private'.split(
    ' ',
  ),
);

/** Placeholders, and words that stand for themselves so often that hiding them would only destroy texts. */
export function isCommonWord(value: string): boolean {
  return COMMON.has(value.toLowerCase()) || PLACEHOLDER.test(value);
}

/** Whether a value beside a telling name is a secret, by length, character classes and entropy. */
export function judgeValue(value: string, situation: Situation): boolean {
  if (value.length < (situation.password ? 5 : 8)) return false;
  if (situation.certain) return !isPath(value);
  if (/\s/.test(value) || isReference(value) || isPath(value)) return false;
  if (/^\d+(?:\.\d+)?[a-z%]{0,2}$/i.test(value)) return false;
  const classes = [/[a-z]/, /[A-Z]/, /\d/, /[^A-Za-z0-9]/].filter((test) => test.test(value)).length;
  if (situation.password) {
    if (/\d/.test(value)) return classes >= 2;
    return situation.quoted && classes >= 3 && !isWords(value);
  }
  if (isWords(value)) return false;
  if (value.length >= 12 && /\d/.test(value)) return classes >= 2 && entropy(value) >= 2.9;
  return value.length >= 24 && classes >= 2 && entropy(value) >= 4;
}

/** `config.db.password`, `options.token1`: code that names a value instead of being one. */
export function isReference(value: string): boolean {
  return (
    /^[A-Za-z_$][\w$]{0,40}(?:\??\.#?[A-Za-z_$][\w$]{0,40}){1,8}[!?]?$/.test(value) && entropy(value) < 4.2
  );
}

function isPath(value: string): boolean {
  if (!/^(?:\.{0,2}|~|[A-Za-z]:)[/\\](?:[\w. @-]{1,64}[/\\]){0,32}[\w. @-]{0,64}$/.test(value)) return false;
  return value.length < 40 || /[/\\][^/\\]*[/\\]/.test(value);
}

/** `refresh-token-2`, `my_app.secret`, `userPasswordField`: words, each at most with a small number. */
function isWords(value: string): boolean {
  if (/^[A-Za-z]+$/.test(value)) return value.length < 32 || entropy(value) < 3.6;
  const parts = value.split(/[-_./:@]/);
  return parts.every((part) => /^(?:v?\d{1,4}|[A-Za-z][a-z]{0,14}\d{0,2}|[A-Z]{1,14}\d?|)$/.test(part));
}

/** Shannon entropy in bits a character, of at most the first 128 characters. */
export function entropy(value: string): number {
  const text = value.slice(0, 128);
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}
