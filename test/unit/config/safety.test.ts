import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../../src/config/load.ts';
import { problemLine } from '../../../src/config/types.ts';
import { makePlace } from './place.ts';

// Put together here, so that no scanner takes it for a real one.
const WEBHOOK = [
  'https://hooks.slack.com',
  'services',
  'T00000000',
  'B00000000',
  'abcdefghijklmnopqrstuvwx',
].join('/');

function codesOf(layer: 'user' | 'project' | 'local' | 'preset', value: unknown): string[] {
  const place = makePlace();
  if (layer === 'user') place.writeUser('config.json', value);
  else if (layer === 'preset') {
    place.write('base.json', value);
    place.write('.claude-sessionrc.json', { extends: './base.json' });
  } else place.write(`.claude-sessionrc${layer === 'local' ? '.local' : ''}.json`, value);
  const { errors } = loadConfig(place);
  place.remove();
  return errors.map((problem) => problem.code);
}

const webhook = (text: string): object => ({ notify: { slack: { webhook: text } } });

describe('webhooks', () => {
  it('are refused as literals in every layer and place, and never repeated in the message', () => {
    for (const layer of ['user', 'project', 'local', 'preset'] as const) {
      expect(codesOf(layer, webhook(WEBHOOK))).toEqual(['literal-webhook']);
      expect(codesOf(layer, webhook('https://proxy.example/x'))).toEqual(['literal-webhook']);
      expect(codesOf(layer, { hooks: { git: { steps: [{ name: 'x', run: `curl ${WEBHOOK}` }] } } })).toEqual([
        'literal-webhook',
      ]);
      expect(codesOf(layer, { errors: { ignore: { $append: [WEBHOOK] } } })).toEqual(['literal-webhook']);
    }
    const place = makePlace().at('.', { CLAUDE_SESSION_NOTIFY__SLACK__WEBHOOK: WEBHOOK });
    place.write('.claude-sessionrc.yaml', `notify: { slack: { webhook: "${WEBHOOK}" } }`);
    const result = loadConfig(place);
    expect(result.errors).toHaveLength(2);
    expect(JSON.stringify(result)).not.toContain('T00000000');
    expect(result.problems.map(problemLine).join()).not.toContain('T00000000');
    place.remove();
  });

  it('may be named by the person as they like, by the repository only as a SLACK_ variable', () => {
    expect(codesOf('user', webhook('env:MY_HOOK'))).toEqual([]);
    expect(codesOf('user', webhook('file:/home/me/hook'))).toEqual([]);
    for (const layer of ['project', 'local', 'preset'] as const) {
      expect(codesOf(layer, webhook('env:SLACK_TEAM_HOOK'))).toEqual([]);
      expect(codesOf(layer, webhook('env:AWS_SECRET_ACCESS_KEY'))).toEqual(['webhook-source']);
      expect(codesOf(layer, webhook('env:'))).toEqual(['literal-webhook']);
      expect(codesOf(layer, webhook('file:/home/me/hook'))).toEqual(['webhook-source']);
    }
  });
});

describe('what protects the person', () => {
  const patterns = (list: unknown): object => ({ redact: { patterns: list } });

  it('can be added to by the repository, never taken from', () => {
    for (const over of [patterns(['b']), patterns([]), patterns({ $append: ['b'] })]) {
      const place = makePlace();
      place.writeUser('config.json', {
        ...patterns(['a']),
        postSession: { commit: { exclude: { $append: ['mine'] } } },
      });
      place.write('.claude-sessionrc.json', { ...over, postSession: { commit: { exclude: [] } } });
      const { config, errors } = loadConfig(place);
      expect(errors).toEqual([]);
      expect(config.redact.patterns[0]).toBe('a');
      expect(config.postSession.commit.exclude).toEqual(expect.arrayContaining(['.env', '*.pem', 'mine']));
      place.remove();
    }
    for (const gone of [
      { redact: null },
      patterns(null),
      { postSession: null },
      { postSession: { commit: null } },
    ]) {
      expect(codesOf('project', gone)).toEqual(['loosens-safety']);
      expect(codesOf('local', gone)).toEqual(['loosens-safety']);
      expect(codesOf('preset', gone)).toEqual(['loosens-safety']);
      expect(codesOf('user', gone)).toEqual([]);
    }
  });

  it.each([
    [{ errors: { environment: ['ANTHROPIC_API_KEY'] } }, 'loosens-safety'],
    [{ errors: { environment: ['NODE_ENV'] } }, undefined],
    [{ context: { readme: ['../../.ssh/id_rsa'] } }, 'path-outside'],
    [{ context: { architecture: ['/etc/passwd'] } }, 'path-outside'],
    [{ context: { readme: ['~/.netrc'] } }, 'path-outside'],
    [{ context: { readme: ['C:\\secret'] } }, 'path-outside'],
    [{ preSession: { env: { file: '/home/me/.aws/credentials' } } }, 'path-outside'],
    [{ hooks: { git: { steps: [{ name: 'x', script: '/tmp/x.mjs' }] } } }, 'path-outside'],
    [{ context: { readme: ['docs/a..b.md'] } }, undefined],
    [patterns(['(a+)+$']), 'slow-pattern'],
    [patterns(['(?:x|y*){2,}z']), 'slow-pattern'],
    [patterns(['(a)\\1']), 'slow-pattern'],
    [patterns(['x'.repeat(501)]), 'slow-pattern'],
    [patterns(['acme-[0-9a-f]{32}']), undefined],
  ])('holds a repository to %j', (value, code) => {
    expect(codesOf('project', value)).toEqual(code === undefined ? [] : [code]);
    expect(codesOf('user', value)).toEqual([]);
  });

  it.each([
    '.git',
    '.git/x',
    './.git',
    '/',
    '.',
    '..',
    'a/../../b',
    '',
    '~/x',
    '**',
    'x/../.git',
    'C:\\x',
    '\0',
  ])('never lets %j be cleaned', (name) => {
    expect(codesOf('user', { postSession: { clean: [name] } })).toEqual(['path-outside']);
    expect(codesOf('project', { postSession: { clean: [name] } })).toEqual(['path-outside']);
  });

  it('refuses a pattern that is no regular expression', () => {
    expect(codesOf('user', patterns(['(']))).toEqual(['invalid-pattern']);
  });
});

describe('a line about a problem', () => {
  it('is one line, bounded, without characters that act on a terminal', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 2_000 }), (text) => {
        const line = problemLine({
          level: 'error',
          code: 'x',
          message: text,
          file: text,
          key: text,
          hint: text,
        });
        expect(line.length).toBeLessThanOrEqual(600);
        expect(line).not.toMatch(/[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
      }),
    );
  });
});
