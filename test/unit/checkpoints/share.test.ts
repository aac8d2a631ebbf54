import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readReport } from '../../../src/checkpoints/share/push.ts';
import { receivedBytes } from '../../../src/checkpoints/share/receive.ts';
import { readList } from '../../../src/checkpoints/share/refs.ts';
import { shownAddress, shownWords } from '../../../src/checkpoints/share/remote.ts';
import { badEntry, parseTree } from '../../../src/checkpoints/share/trees.ts';
import { planFetch } from '../../../src/flows/share-fetch.ts';
import { gitObjectName } from '../../../src/platform/digest.ts';

const oid = fc.stringMatching(/^[0-9a-f]{40}$/);

describe('addresses', () => {
  it.each([
    ['https://ada:secret@git.example/x.git', 'https://***@git.example/x.git'],
    ['https://ghp_abc@git.example/x.git', 'https://***@git.example/x.git'],
    ['https://a:p@ss@git.example/x', 'https://***@git.example/x'],
    ['ssh://git@git.example:22/x', 'ssh://git@git.example:22/x'],
    ['ssh://git:pw@git.example/x', 'ssh://***@git.example/x'],
    ['git@git.example:x/y.git', 'git@git.example:x/y.git'],
    ['../hub.git', '../hub.git'],
    ['/a\u001b[2Jb', '/a\\x1b[2Jb'],
  ])('%s is shown as %s', (address, shown) => {
    expect(shownAddress(address)).toBe(shown);
  });

  it('of whatever user and password, nothing is shown', () => {
    const secret = fc.stringMatching(/^[A-Za-z0-9%+!$&*=.~-]{8,40}$/);
    fc.assert(
      fc.property(secret, secret, (user, password) => {
        const words = `fatal: unable to access 'https://U${user}:P${password}@git.example/x/': gone`;
        expect(shownWords(words)).not.toContain(`P${password}`);
        expect(shownAddress(`http://U${user}:P${password}@h/x`)).toBe('http://***@h/x');
      }),
    );
  });
});

describe('the list of a remote', () => {
  it('keeps ours by id and passes over everything else', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(oid, fc.string({ maxLength: 70 }))), fc.string(), (entries, noise) => {
        const lines = entries.map(
          ([name, ref]) => `${name}\trefs/claude-hooks/checkpoints/${ref.replaceAll('\n', '')}`,
        );
        const found = readList([noise, ...lines, `x\trefs/heads/main`].join('\n'), '\t');
        for (const id of found.checkpoints.keys()) expect(id).toMatch(/^[a-z0-9]+(?:-[a-z0-9]+)*$/);
        expect(found.documents.size).toBe(0);
        for (const name of found.all) expect(name).toMatch(/^[0-9a-f]{40,64}$/);
      }),
    );
  });

  it('is compared with what is here', () => {
    const [a, b] = ['a'.repeat(40), 'b'.repeat(40)];
    const theirs = {
      checkpoints: new Map([
        ['new', a],
        ['same', a],
        ['other', a],
      ]),
      documents: new Map([
        ['new', b],
        ['same', b],
        ['other', b],
        ['lost', b],
      ]),
      all: [],
      odd: 0,
    };
    const local = {
      checkpoints: new Map([
        ['same', a],
        ['other', b],
      ]),
      documents: new Map([['same', b]]),
    };
    expect(planFetch(theirs, local).map(({ kind, id, state }) => `${kind} ${id} ${state}`)).toEqual([
      'checkpoint new new',
      'checkpoint same there',
      'checkpoint other conflict',
      'document new new',
      'document same there',
      'document other skipped',
      'document lost skipped',
    ]);
  });
});

describe('what git push says', () => {
  it('is read ref by ref', () => {
    const ref = (name: string): string => `refs/claude-hooks/checkpoints/${name}`;
    const output = [
      'To /hub.git',
      `*\taaaa:${ref('new')}\t[new reference]`,
      `=\taaaa:${ref('same')}\t[up to date]`,
      `!\taaaa:${ref('stale')}\t[rejected] (stale info)`,
      `!\taaaa:${ref('hook')}\t[remote rejected] (pre-receive hook \u001b[31mdeclined)`,
      `!\taaaa:${ref('lock')}\t[remote rejected] (cannot lock ref 'x': reference already exists)`,
      `!\taaaa:${ref('lost')}\t[remote failure] (remote failed to report status)`,
      'Done',
    ].join('\n');
    expect(
      Object.fromEntries([...readReport(output)].map(([name, outcome]) => [name.slice(30), outcome])),
    ).toEqual({
      new: { state: 'pushed' },
      same: { state: 'pushed' },
      stale: { state: 'conflict', why: 'stale info' },
      hook: { state: 'refused', why: 'pre-receive hook \\x1b[31mdeclined' },
      lock: { state: 'conflict', why: expect.stringContaining('already exists') },
      lost: { state: 'failed', why: expect.any(String) },
    });
  });

  it('or anything else, is never an error', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => readReport(text) instanceof Map));
  });
});

it.each([
  ['Receiving objects:  45% (9/20), 1.50 MiB | 3.00 MiB/s', 1_572_864],
  ['Unpacking objects: 100% (3/3), 250 bytes | 250.00 KiB/s, done.', 250],
  ['Receiving objects: 100% (1/1), 2.00 GiB | 1 MiB/s', 2 ** 31],
  ['Resolving deltas: 100% (3/3)', 0],
])('%s: so many bytes', (line, bytes) => {
  expect(receivedBytes(line)).toBe(bytes);
});

describe('trees', () => {
  const name = fc
    .stringMatching(/^[^\0/]{1,20}$/)
    .filter((text) => !/git/i.test(text) && text !== '.' && text !== '..');
  const entries = fc.uniqueArray(
    fc.record({ mode: fc.constantFrom('100644', '100755', '120000', '40000', '160000'), name, oid }),
    { selector: (entry) => entry.name, maxLength: 8 },
  );
  const encode = (list: readonly { mode: string; name: string; oid: string }[]): Buffer =>
    Buffer.concat(
      list.flatMap((one) => [Buffer.from(`${one.mode} ${one.name}\0`), Buffer.from(one.oid, 'hex')]),
    );

  it('are read as they were written, whatever their names, and are good', () => {
    fc.assert(
      fc.property(entries, (list) => {
        const read = parseTree(encode(list), 20);
        expect(
          read?.map((one) => ({ ...one, name: Buffer.from(one.name, 'latin1').toString('utf8') })),
        ).toEqual(list);
        expect(badEntry(read ?? [])).toBeUndefined();
      }),
    );
  });

  it('that are cut off or damaged are none', () => {
    fc.assert(
      fc.property(entries, fc.nat(), (list, at) => {
        const bytes = encode(list);
        const cut = parseTree(bytes.subarray(0, at % Math.max(1, bytes.length)), 20);
        expect(cut === undefined || cut.length < Math.max(1, list.length)).toBe(true);
      }),
    );
    fc.assert(fc.property(fc.uint8Array(), (bytes) => void parseTree(Buffer.from(bytes), 20)));
  });

  it.each([
    '.git',
    '.Git',
    '.GIT',
    'git~1',
    'GIT~1',
    '.git ',
    '.git.',
    '.git. .',
    '.git:x',
    '.git::$DATA',
    '.g\u200cit',
    '.git\\hooks',
    'a\\.git',
    '',
    '.',
    '..',
    'a/b',
  ])('with an entry named %j are bad', (bad) => {
    const latin1 = Buffer.from(bad).toString('latin1');
    expect(badEntry([{ mode: '40000', name: latin1, oid: 'a'.repeat(40) }])).toBeDefined();
  });

  it.each([
    '.gitignore',
    '.github',
    'git~2',
    '.git2',
    'a.git',
    '.gitmodules',
    '...',
    'a\\b',
    '.gitattributes ',
  ])('named %j are good', (good) => {
    expect(badEntry([{ mode: '100644', name: good, oid: 'a'.repeat(40) }])).toBeUndefined();
  });

  it('with an odd mode or a name twice are bad', () => {
    const entry = { mode: '100644', name: 'a', oid: 'a'.repeat(40) };
    expect(badEntry([{ ...entry, mode: '100600' }])).toContain('mode 100600');
    expect(badEntry([entry, { ...entry, mode: '40000' }])).toContain('one name');
  });
});

it('objects have the names git gives them', () => {
  expect(gitObjectName('sha1', 'tree', Buffer.alloc(0))).toBe('4b825dc642cb6eb9a060e54bf8d69288fbee4904');
  expect(gitObjectName('sha256', 'tree', Buffer.alloc(0))).toBe(
    '6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321',
  );
});
