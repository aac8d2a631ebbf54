import type { Rule } from './rule.ts';

/** Not in the middle of a word; an escape inside a JSON string or a URL (`\\n`, `%3D`) ends a word too. */
const START = '(?:(?<![A-Za-z0-9])|(?<=\\\\[nrt]|%[0-9A-F]{2}))';
/** For bodies with several parts: not in the middle of a run of their characters either. */
const RUN_START = '(?:(?<![A-Za-z0-9_-])|(?<=\\\\[nrt]|%[0-9A-F]{2}))';

function prefixed(name: string, triggers: readonly string[], body: string, start = START): Rule {
  return { name, triggers, pattern: new RegExp(`${start}(?:${body})`, 'g') };
}

/**
 * Secrets that are known by their own shape. Every pattern is linear on any text: a body is one greedy character
 * class, so that a try fails within its least length or succeeds and is consumed; where more must follow, repetitions
 * have an upper bound, or a look-behind (`RUN_START`) lets each run of such characters be tried only once.
 */
export const SERVICE_RULES: readonly Rule[] = [
  prefixed('anthropic-key', ['sk-ant-'], 'sk-ant-[\\w-]{16,}'),
  prefixed(
    'openai-key',
    ['sk-'],
    'sk-(?:proj|svcacct|admin|or-v1)-[\\w-]{20,}|sk-(?!ant-)(?=[A-Za-z]{0,64}\\d)[A-Za-z0-9]{32,}',
  ),
  prefixed(
    'github-token',
    ['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_', 'github_pat_'],
    'gh[opusr]_[A-Za-z0-9]{30,}|github_pat_\\w{22,}',
  ),
  prefixed(
    'gitlab-token',
    [
      'glpat-',
      'glptt-',
      'glrt',
      'gldt-',
      'glcbt-',
      'glsoat-',
      'glft-',
      'glffct-',
      'glimt-',
      'glagent-',
      'gloas-',
      'glwt-',
      'GR1348941',
    ],
    'gl(?:pat|ptt|rtr?|dt|cbt|soat|ft|ffct|imt|agent|oas|wt)-[\\w.-]{20,}|GR1348941[\\w-]{20,}',
  ),
  prefixed(
    'aws-key-id',
    ['AKIA', 'ASIA', 'ABIA', 'ACCA'],
    '(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}(?![A-Za-z0-9])',
  ),
  {
    name: 'aws-secret',
    triggers: ['ecret', 'ECRET'],
    pattern: /secret[ _-]?(?:access[ _-]?)?key[^A-Za-z0-9/+]{1,8}([A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])/gi,
  },
  prefixed(
    'google-key',
    ['AIza', 'ya29.', 'GOCSPX-'],
    'AIza[\\w-]{35}(?![\\w-])|ya29\\.[\\w-]{20,}|GOCSPX-[\\w-]{20,}',
  ),
  prefixed(
    'slack-token',
    ['xox', 'xapp-', 'xwfp-'],
    'xox[a-z](?:\\.xox[a-z])?-[\\w-]{10,}|xapp-\\d-[\\w-]{10,}|xwfp-[\\w-]{10,}',
  ),
  {
    name: 'slack-webhook',
    triggers: ['hooks.slack'],
    pattern: /(?:https?:\/\/)?hooks\.slack(?:-gov)?\.com(?:\/|%2F|\\\/)[\w/%\\-]{10,}/gi,
  },
  {
    name: 'webhook',
    triggers: ['/api/webhooks/', '/webhookb2/'],
    pattern: /(?<=\/api\/webhooks\/\d{5,24}\/)[\w-]{20,}|(?<=\/webhookb2\/)[\w@/-]{20,}/g,
  },
  prefixed(
    'stripe-key',
    ['sk_', 'rk_', 'whsec_'],
    '[sr]k_(?:live|test)_[A-Za-z0-9]{10,}|whsec_[A-Za-z0-9+/=]{20,}',
  ),
  prefixed('npm-token', ['npm_'], 'npm_[A-Za-z0-9]{36,}'),
  prefixed('pypi-token', ['pypi-'], 'pypi-[\\w-]{40,}'),
  prefixed('sendgrid-key', ['SG.'], 'SG\\.[\\w-]{16,}\\.[\\w-]{16,}', RUN_START),
  prefixed('twilio-key', ['SK'], 'SK[0-9a-f]{32}(?![A-Za-z0-9])'),
  prefixed(
    'jwt',
    ['eyJ'],
    'eyJ[\\w-]{8,}\\.[\\w-]{8,}(?:\\.[\\w-]+){0,3}|eyJ[\\w-]{8,}\\.\\.[\\w-]+(?:\\.[\\w-]+){2}',
    RUN_START,
  ),
  prefixed(
    'vault-token',
    ['hvs.', 'hvb.', '.atlasv1.'],
    'hv[sb]\\.[\\w-]{24,}|[A-Za-z0-9]{14}\\.atlasv1\\.[\\w=-]{40,}',
  ),
  prefixed('telegram-token', [':AA'], '\\d{8,10}:AA[\\w-]{32,34}(?![\\w-])'),
  prefixed('age-key', ['AGE-SECRET-KEY-'], 'AGE-SECRET-KEY-1[A-Z0-9]{50,}'),
  {
    name: 'azure-key',
    triggers: ['AccountKey=', 'SharedAccessKey=', 'sig='],
    pattern: /(?:AccountKey|SharedAccessKey)=([A-Za-z0-9+/]{40,}={0,2})|[?&]sig=([A-Za-z0-9%+/]{40,}={0,2})/g,
  },
  prefixed(
    'service-token',
    [
      'dop_v1_',
      'doo_v1_',
      'hf_',
      'dapi',
      'shp',
      'lin_api_',
      'ntn_',
      'key-',
      '-us',
      'ATATT3',
      'dckr_pat_',
      'glsa_',
      'glc_',
      'dp.',
      'sntry',
      'PMAK-',
      'pscale_',
      'nfp_',
      'sbp_',
      'gsk_',
      'xai-',
      'r8_',
      'pplx-',
      'sq0',
      'rubygems_',
      'figd_',
      'NRAK-',
      'tfp_',
    ],
    [
      'do[opr]_v1_[0-9a-f]{40,}',
      'hf_[A-Za-z0-9]{30,}|dapi[0-9a-f]{32}|shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}',
      'lin_api_[A-Za-z0-9]{32,}|ntn_[A-Za-z0-9]{40,}|key-[0-9a-f]{32}(?![0-9a-f])',
      '[0-9a-f]{32}-us\\d{1,2}(?!\\d)|ATATT3[\\w=-]{60,}|dckr_pat_[\\w-]{20,}',
      'glsa_\\w{32,}|glc_[\\w=+/]{32,}|dp\\.(?:pt|st|ct|sa|scim|audit)\\.[\\w.]{40,}',
      'sntry[su]_[\\w=+/]{40,}|PMAK-[0-9a-f]{24}-[0-9a-f]{34}|pscale_(?:tkn|pw|oauth)_[\\w.=-]{32,}',
      'nfp_[A-Za-z0-9]{36,}|sbp_[0-9a-f]{40}|gsk_[A-Za-z0-9]{40,}|xai-[A-Za-z0-9]{60,}',
      'r8_[A-Za-z0-9]{30,}|pplx-[A-Za-z0-9]{40,}|sq0[a-z]{3}-[\\w-]{22,}|rubygems_[0-9a-f]{40,}',
      'figd_[\\w-]{30,}|NRAK-[A-Z0-9]{27}|tfp_[\\w-]{40,}',
    ].join('|'),
  ),
];
