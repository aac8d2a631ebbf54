import type { Rule } from './rule.ts';
import { isCommonWord, isReference } from './values.ts';

/** Secrets that are known by what stands around them: URLs, headers, command lines. All repetitions are bounded. */
export const CONTEXT_RULES: readonly Rule[] = [
  {
    name: 'url-password',
    triggers: ['://'],
    pattern:
      /(?<=[A-Za-z0-9]:\/\/)(?:[^\s/:@'"<>`\\]{0,128}:([^\s/'"<>`\\]{1,256})|([A-Za-z0-9_-]{20,255}))@(?=[\w[%$-])/g,
    accept: (secret) => !/^(?:[$<{*%]|\[redacted|x{3,}$)/.test(secret),
  },
  {
    name: 'authorization',
    triggers: ['uthorization', 'UTHORIZATION'],
    pattern:
      /authorization\\{0,3}["']?\s{0,4}[:=]\s{0,4}\\{0,3}["'`]?(?:bearer|basic|token|digest|apikey|negotiate|aws4-hmac-sha256)\s{1,4}([^\s"'`\\;]{6,4096}(?:,[^"'`\r\n\\]{0,4096})?)/gi,
    accept: (secret) => !isCommonWord(secret) && (/[A-Z0-9=]/.test(secret) || secret.length >= 20),
  },
  {
    name: 'authorization',
    triggers: ['uthorization', 'UTHORIZATION'],
    pattern: /authorization\\{0,3}["']?\s{0,4}[:=]\s{0,4}\\{0,3}["'`]?([^\s"'`\\,;(){}]{12,4096})/gi,
    accept: (secret) => !isCommonWord(secret) && !isReference(secret) && /\d/.test(secret),
  },
  {
    name: 'bearer',
    triggers: ['earer', 'EARER'],
    pattern: /\bbearer\s{1,4}((?=[A-Za-z._~+/=-]{0,64}\d)[A-Za-z0-9._~+/=-]{16,})/gi,
  },
  {
    name: 'basic',
    triggers: ['asic', 'ASIC'],
    pattern: /\bbasic\s{1,4}((?=[A-Za-z+/]{0,64}[\d=])[A-Za-z0-9+/]{8,}={0,2})(?![\w-])/gi,
  },
  {
    name: 'cookie',
    triggers: ['ookie', 'OOKIE'],
    pattern:
      /cookie\\{0,3}["']?\s{0,4}[:=]\s{0,4}\\{0,3}["']?([\w.$-]{1,128}=[^\s;"'\\]{1,4096}(?:;[^\r\n"'\\]{0,4096})?)/gi,
  },
  {
    name: 'command-password',
    triggers: ['curl', 'sshpass', 'mysql'],
    pattern:
      /\bcurl\b[^\n]{0,200}?\s(?:-u|--user)[ =]{0,2}["']?[^\s:"']{1,64}:([^\s"']{3,256})|\bsshpass\s{1,4}-p\s{0,4}["']?([^\s"']{3,256})|\bmysql\w{0,8}\b[^\n]{0,200}?\s-p(?=[^\s"']{0,32}\d)([^\s"']{6,256})/g,
    accept: (secret) => !/^[$<{]/.test(secret),
  },
];
