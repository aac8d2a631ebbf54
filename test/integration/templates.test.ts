import * as fs from 'node:fs';
import * as path from 'node:path';
import { describe, expect, it } from 'vitest';
import { isTemplateFinished, templateOf } from '../../src/store/template-progress.ts';
import { parted, TEMPLATE_PROMPT, useTemplatePlace } from '../support/template-place.ts';

// Templates through the built command line and the installed hooks, with the client's own payloads.

const here = useTemplatePlace();
const { ask, complete, done, json, newSession, send, start, state, stop } = here;

describe('a session that is started from a template by a prompt', () => {
  it('is given the first phase, has boxes ticked from its tasks, is told of each phase, and is finished', async () => {
    await start();
    const { said, context } = await ask(TEMPLATE_PROMPT);
    expect(said).toContain('works by the template "Feature Development" (built-in), 4 phases, 16 steps');
    const { ours, quoted } = parted(context);
    expect(quoted).toContain('# Feature Development (phase 1 of 4)\n\n- Feature: User notifications');
    expect(quoted).toContain('- [ ] Create the branch\n- [ ] Install dependencies');
    expect(quoted).not.toContain('Implement core logic');
    expect(ours).toContain('keep a todo for each step');
    complete('Create the branch', '2. Install Dependencies', 'Water the plants');
    await stop();
    expect(await done()).toEqual(['Create the branch (todo)', 'Install dependencies (todo)']);
    expect((await ask('go on')).context).toBe('');
    complete('Review the requirements', 'Plan architecture');
    await stop();
    const told = parted((await ask('go on')).context);
    expect(told.ours).toContain('Template: 4 of 16 steps are done; this is phase 2 of 4.');
    expect(told.quoted).toContain('- [ ] Implement core logic');
    expect((await ask('go on')).context).toBe('');
    complete('Implement core logic', 'Write tests', 'Write documentation', 'Test locally');
    complete(
      'Self-review of the whole change',
      'Fix what the review found',
      'Open a pull request',
      'Address review comments',
    );
    complete('Merge', 'Deploy to staging', 'Verify on staging');
    await stop();
    expect(isTemplateFinished(state(), here.session.id)).toBe(false);
    complete('Update docs');
    await stop();
    expect(isTemplateFinished(state(), here.session.id)).toBe(true);
    expect((await ask('go on')).context).toContain('claude-hooks session complete');
    const run = templateOf(state(), here.session.id);
    const document = here.sandbox.read(`.git/claude-hooks/templates/runs/${run?.id}.md`);
    expect(document).toContain('# Feature Development');
    expect(document).toContain('- [x] Update docs');
    expect(document).not.toContain('- [ ]');
    await send('SessionEnd', 'SessionEnd-other');
    await here.sandbox.settle(60_000);
    const list = await here.sandbox.cli(['session', 'list', '--json']);
    expect(JSON.parse(list.stdout)).toMatchObject({ items: [{ state: 'Complete' }] });
  });

  it('needs the values it needs, and names what it does not know', async () => {
    await start();
    const missing = await ask('Start session from template: feature-development\nColour: red');
    expect(missing.said).toContain('was not started: it needs "Feature"');
    expect(templateOf(state(), here.session.id)).toBeUndefined();
    const unknown = await ask(`${TEMPLATE_PROMPT}\nColour: red`);
    expect(unknown.said).toContain('not in the template: "Colour"');
    const near = await ask('Start session from template: feature devolpment');
    expect(near.said).toMatch(/There is no template "feature devolpment"\. Near it: feature-development/);
    const other = await ask('Start session from template: release\nVersion: 2.0');
    expect(other.said).toContain('in the place of "Feature Development (0 of 16 steps done)"');
  });

  it('keeps it through resume and compaction, and hands it on at /clear', async () => {
    await start();
    await ask(TEMPLATE_PROMPT);
    complete('Create the branch', 'Install dependencies', 'Review the requirements', 'Plan the architecture');
    await stop();
    for (const source of ['resume', 'compact']) {
      const { ours, quoted } = parted(await start(source));
      expect(quoted).toContain('# Feature Development (phase 2 of 4)');
      expect(ours).toContain('keep a todo for each step');
    }
    // Told at the start, so not again.
    expect((await ask('go on')).context).toBe('');
    const cleared = newSession();
    expect(parted(await start('clear', cleared)).quoted).toContain('(phase 2 of 4)');
    expect(templateOf(state(), cleared.id)?.id).toBe(templateOf(state(), here.session.id)?.id);
    const another = newSession();
    expect(await start('startup', another)).not.toContain('Feature Development (phase');
  });

  it('works on the partition the template is about, from a prompt and from the command line', async () => {
    here.sandbox.write(
      '.claude/templates/part.md',
      '---\nname: Part\npartition: UI\n---\n## One\n- [ ] Look\n',
    );
    here.sandbox.write(
      '.claude/templates/gone.md',
      '---\nname: Gone\npartition: api\n---\n## One\n- [ ] Look\n',
    );
    await start();
    const { said, context } = await ask('Start session from template: part');
    expect(said).toContain('ui');
    expect(parted(context).quoted).toContain('src/ui/**');
    expect((await ask('Start session from template: gone')).said).toContain('its partition is not in work');
    await send('SessionEnd', 'SessionEnd-other');
    await here.sandbox.settle(60_000);
    expect(await json('start', 'part')).toMatchObject({ exit: 0 });
    const next = newSession();
    expect(parted(await start('startup', next)).quoted).toContain('src/ui/**');
    expect(here.sandbox.read(`.git/claude-hooks/partition/${next.id}`)).toContain('ui');
  });

  it('does not count todos that were completed before it was started', async () => {
    await start();
    complete('Create the branch');
    await new Promise((resolve) => setTimeout(resolve, 20));
    await ask(TEMPLATE_PROMPT);
    await stop();
    expect(await done()).toEqual([]);
  });
});

describe('the command line', () => {
  it('starts a template for the session that starts next, and for no other one', async () => {
    const refused = await json('start', 'feature', '--var', 'Colour=red');
    expect(refused).toMatchObject({ exit: 2, error: { code: 'template-variables' } });
    expect(JSON.stringify(refused)).toMatch(/no variable Colour; it needs Feature\. Nothing/);
    const started = await json('start', 'feature', '--var', 'feature=User notifications', '--copy');
    expect(started).toMatchObject({ exit: 0, slug: 'feature-development', steps: 16 });
    expect(started.session).toBeUndefined();
    expect(here.sandbox.read('.claude/plans/feature-development.md')).toContain(
      '- Feature: User notifications',
    );
    expect(await json('show')).toMatchObject({ exit: 0, slug: 'feature-development' });
    expect(parted(await start()).quoted).toContain('# Feature Development (phase 1 of 4)');
    expect(await start('startup', newSession())).not.toContain('phase 1 of 4');
    expect(await json('check', '--session', here.session.id)).toMatchObject({
      exit: 0,
      session: here.session.id,
    });
  });

  it('leaves what lies where the copy belongs, and starts nothing then', async () => {
    const args = ['start', 'release', '--var', 'Version=2.0', '--copy'];
    const copy = '.claude/plans/release.md';
    const refused = { exit: 5, error: { code: 'template-copy-exists' } };
    here.sandbox.write(copy, 'my own notes\n');
    expect(await json(...args)).toMatchObject(refused);
    expect(here.sandbox.read(copy)).toBe('my own notes\n');
    fs.rmSync(path.join(here.sandbox.repo, copy));
    fs.symlinkSync('notes.md', path.join(here.sandbox.repo, copy));
    expect(await json(...args)).toMatchObject(refused);
    expect(fs.readlinkSync(path.join(here.sandbox.repo, copy))).toBe('notes.md');
    expect(here.sandbox.exists('.git/claude-hooks/templates/runs')).toBe(false);
    fs.rmSync(path.join(here.sandbox.repo, copy));
    expect(await json(...args)).toMatchObject({ exit: 0 });
    expect(await json(...args)).toMatchObject({ exit: 0 });
    fs.appendFileSync(path.join(here.sandbox.repo, copy), 'a note\n');
    expect(await json(...args)).toMatchObject(refused);
    expect(here.sandbox.read(copy)).toMatch(/Version: 2\.0[\s\S]*a note\n$/);
  });

  it('says where a file stands in the place of a folder', async () => {
    const [claude, aside] = ['.claude', 'claude-aside'].map((name) => path.join(here.sandbox.repo, name));
    fs.renameSync(claude ?? '', aside ?? '');
    try {
      here.sandbox.write('.claude', 'a file\n');
      expect(await json('list')).toMatchObject({ exit: 0 });
      const error = { message: expect.stringContaining('/.claude is no folder') };
      expect(await json('new', 'mine')).toMatchObject({ exit: 1, error });
      expect(await json('start', 'release', '--var', 'Version=1', '--copy')).toMatchObject({
        exit: 1,
        error,
      });
      expect(here.sandbox.read('.claude')).toBe('a file\n');
    } finally {
      fs.rmSync(claude ?? '');
      fs.renameSync(aside ?? '', claude ?? '');
    }
  });

  it('waits for the next session and says so, and takes a session by its id, its name or the beginning of one', async () => {
    expect(await json('check', '1')).toMatchObject({
      exit: 1,
      error: { message: expect.stringContaining('no template waits') },
    });
    await json('start', 'release', '--var', 'Version=2.0');
    expect(await json('check')).toMatchObject({ exit: 0, steps: { length: 13 } });
    expect(await json('check', '1')).toMatchObject({
      exit: 1,
      error: { message: expect.stringContaining('Release waits for the next one') },
    });
    await start();
    const { items } = JSON.parse((await here.sandbox.cli(['session', 'list', '--json'])).stdout) as {
      items: { id: string; conversations: string[] }[];
    };
    const work = items.find(({ conversations }) => conversations.includes(here.session.id))?.id ?? '';
    for (const word of [here.session.id.slice(0, 9), work, work.slice(0, -1)])
      expect(await json('check', '--session', word)).toMatchObject({ exit: 0, session: here.session.id });
    const unknown = { exit: 2, error: { code: 'session-unknown' } };
    for (const args of [['check'], ['show'], ['start', 'release', '--var', 'Version=1']])
      expect(await json(...args, '--session', 'nobody-knows-this')).toMatchObject(unknown);
    expect(await json('start', 'bug-fix', '--var', 'Bug=x', '--session', work)).toMatchObject({
      session: here.session.id,
    });
  });

  it('starts one for the session that is open here, which is told with its next prompt, and asks where two are', async () => {
    await start();
    expect(await json('start', 'release', '--var', 'Version=2.0')).toMatchObject({
      exit: 0,
      session: here.session.id,
    });
    const { ours, quoted } = parted((await ask('hello')).context);
    expect(ours).toContain('0 of 13 steps are done; this is phase 1 of 4');
    expect(quoted).toContain('- Version: 2.0');
    await start('startup', newSession());
    expect(await json('start', 'release', '--var', 'Version=2.1')).toMatchObject({
      exit: 2,
      error: { code: 'session-ambiguous', message: expect.stringContaining(here.session.id) },
    });
  });

  it('ticks and unticks by hand, and what a person took back no older todo ticks again', async () => {
    await start();
    await ask(TEMPLATE_PROMPT);
    const check = (...args: string[]): Promise<Record<string, unknown>> =>
      json('check', ...args, '--session', here.session.id);
    expect(await check('2')).toMatchObject({
      exit: 0,
      changed: true,
      step: { text: 'Install dependencies' },
    });
    expect(await check('install dependencies')).toMatchObject({ changed: false });
    complete('Create the branch');
    await stop();
    expect(await done()).toEqual(['Create the branch (todo)', 'Install dependencies (hand)']);
    expect(await check('1', '--undo')).toMatchObject({ changed: true, open: 15 });
    await stop();
    expect(await done()).toEqual(['Install dependencies (hand)']);
    complete('Create the branch');
    await stop();
    expect(await done()).toContain('Create the branch (todo)');
    expect(await check('nonsense')).toMatchObject({ exit: 2, error: { code: 'step-unknown' } });
    expect(await check('99')).toMatchObject({ exit: 2 });
    for (const step of ['3', '4']) await check(step);
    expect((await ask('go on')).context).toContain('(phase 2 of 4)');
  });

  it('writes, lists, shows and lints templates; those of the project come before those of the person', async () => {
    expect(await json('new', 'Bug Fix', '--from', 'bug-fix')).toMatchObject({ exit: 0, slug: 'bug-fix' });
    expect(await json('new', 'bug fix')).toMatchObject({ exit: 5, error: { code: 'template-exists' } });
    expect(await json('new', '…')).toMatchObject({ exit: 2 });
    expect(await json('new', 'bug fix', '--user')).toMatchObject({ exit: 0 });
    const { items } = (await json('list')) as {
      items: { slug: string; origin: string; shadowed: boolean }[];
    };
    expect(
      items.filter(({ slug }) => slug === 'bug-fix').map(({ origin, shadowed }) => [origin, shadowed]),
    ).toEqual([
      ['project', false],
      ['user', true],
      ['built-in', true],
    ]);
    expect(await json('show', 'bug')).toMatchObject({ origin: 'project', title: 'Bug Fix' });
    expect(await json('lint')).toMatchObject({ exit: 0, ok: true });
    here.sandbox.write(
      '.claude/templates/bad.md',
      '---\nname: Bad\npartition: nowhere\npreset: nothing\n---\n## P\n- [ ] a (verify: `x {{A}}`)\n',
    );
    const linted = await here.sandbox.cli(['template', 'lint', '.claude/templates/bad.md']);
    expect(linted.code).toBe(1);
    expect(linted.stdout.split('\n').map((line) => line.split(' ')[0])).toEqual([
      expect.stringMatching(/bad\.md:3:$/),
      expect.stringMatching(/bad\.md:4:$/),
      expect.stringMatching(/bad\.md:7:$/),
      '',
    ]);
  });
});
