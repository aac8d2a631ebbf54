import * as fs from 'node:fs';
import * as path from 'node:path';
import { type InstallRequest, type InstallResult, install } from '../../src/flows/install.ts';
import { type UninstallRequest, type UninstallResult, uninstall } from '../../src/flows/uninstall.ts';
import { locateRepository, statePaths, stateRoot, type UserPaths, userPaths } from '../../src/store/paths.ts';
import { makeSandbox, PROJECT_ROOT, type Sandbox } from './sandbox.ts';

/** A sandbox in which install and uninstall run in this process. */
export interface InstallPlace extends Sandbox {
  user: UserPaths;
  /** A `dist/` as it would lie in a package cache: its doorbell prints the variables it was given. */
  dist: string;
  install(more?: Partial<InstallRequest>): Promise<InstallResult>;
  uninstall(more?: Partial<UninstallRequest>): Promise<UninstallResult>;
}

/** The doorbell of a fake runtime says what reached it, one variable a line, and leaves as the real one does. */
const FAKE_BELL = `printf '%s|' "$claude_hooks" "$h" "$n"\nexit 0\n`;

export function makeDist(folder: string, mark = ''): string {
  fs.mkdirSync(path.join(folder, 'hooks'), { recursive: true });
  fs.writeFileSync(path.join(folder, 'bell.sh'), FAKE_BELL + mark, { mode: 0o755 });
  for (const name of ['bell.cjs', 'cli.cjs', 'hooks/worker.cjs', 'git-bell.sh'])
    fs.writeFileSync(path.join(folder, name), `// ${name} ${mark}\n`);
  fs.cpSync(path.join(PROJECT_ROOT, 'presets'), path.join(folder, 'presets'), { recursive: true });
  return folder;
}

export function makeInstallPlace(options: Parameters<typeof makeSandbox>[0] = {}): InstallPlace {
  const sandbox = makeSandbox(options);
  // git in this process must see the sandbox's home only.
  for (const name of Object.keys(process.env)) {
    if (/^(GIT_|XDG_|CLAUDE)/.test(name)) delete process.env[name];
  }
  const { TMPDIR: _own, ...env } = sandbox.env;
  Object.assign(process.env, env);
  const user = userPaths(sandbox.env);
  const dist = makeDist(path.join(sandbox.root, 'npx cache', 'dist'));
  return {
    ...sandbox,
    user,
    dist,
    install: (more = {}) => {
      const dir = more.dir ?? sandbox.repo;
      const repository = more.repository ?? locateRepository(dir);
      return install({
        dir,
        repository,
        state: statePaths(stateRoot(repository, user)),
        cwd: dir,
        scope: 'local',
        gitHooks: 'none',
        preset: undefined,
        source: dist,
        node: process.execPath,
        user,
        env: sandbox.env,
        platform: 'linux',
        dryRun: false,
        now: Date.now,
        ...more,
      });
    },
    uninstall: (more = {}) => {
      const repository = more.repository ?? locateRepository(more.dir ?? sandbox.repo);
      return uninstall({
        dir: undefined,
        repository,
        state: statePaths(stateRoot(repository, user)),
        scope: undefined,
        everywhere: false,
        purge: false,
        dryRun: false,
        node: process.execPath,
        user,
        env: sandbox.env,
        ...more,
      });
    },
  };
}
