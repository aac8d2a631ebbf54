/**
 * The one shape in which everything that installs or uninstalls says what it would change: `--dry-run` prints
 * the list, the real run applies the same list. A planner reads, it never writes.
 */
export interface PlannedAction {
  /** Stable and unique within a plan, for JSON output: `settings:local`, `exclude`, `git-hook:post-commit`. */
  id: string;
  /**
   * `write` and `delete`: a file's bytes. `git-config`: as `write`, but under git's own lock file
   * (`<file>.lock`), as git itself does it. `copy`: the runtime directory; `source` is set, bytes are not.
   */
  kind: 'write' | 'delete' | 'copy' | 'git-config';
  /** Absolute path; of a symbolic link, the path it leads to. */
  file: string;
  /** One line for the person: what changes, not how. */
  summary: string;
  /** The file's bytes when it was planned; undefined where there was no file. */
  before: Buffer | undefined;
  /**
   * The bytes to write; undefined to delete. Equal to `before`: nothing is written, but the file holds something
   * of ours, so the action must still be in the list: uninstall finds its files by it.
   */
  after: Buffer | undefined;
  /** Permission bits of the new file; without it those of the old file, else 0o644 less umask. */
  mode?: number;
  /**
   * How uninstall takes our part out when others have changed the file since (else it restores the bytes of
   * before the first install). `settings`, `exclude` and `own-file` belong to the installer itself; every other
   * name is handed to `revertGitHookFile(surgical, file, bytes)`.
   */
  surgical: Surgical;
  /** Names of containers inside the file that this action creates (`hooks`, `hooks.Stop`): removed when empty. */
  containers?: string[];
  /** For `copy`: the directory that is copied. */
  source?: string;
  /** Belongs to no single install and is in no manifest: it goes with the last one. */
  unclaimed?: boolean;
}

/** `own-file`: the whole file is ours; changed by others since, it is left where it is and named. */
export type Surgical =
  | 'settings'
  | 'exclude'
  | 'own-file'
  | 'marked-block'
  | 'package-json'
  | 'git-config'
  | `git-hooks:${string}`;

export interface InstallPlan {
  actions: PlannedAction[];
  /** Sentences the person should read; nothing in them stops the install. */
  warnings: string[];
}

/** Where the installed hooks find their code. */
export interface RuntimeLocation {
  /** Absolute: `dist/` of the package in the project, or `<data>/runtime/current`. */
  directory: string;
  /** From the settings' directory to the package's `dist` where the project has it as a dependency. */
  inProject: string | undefined;
  /** Absolute path of the node that ran install. */
  node: string;
}

/** Whether applying the action would change a byte on disk. */
export function changesSomething(action: PlannedAction): boolean {
  if (action.kind === 'copy') return true;
  if (action.before === undefined || action.after === undefined) return action.before !== action.after;
  return !action.before.equals(action.after);
}
