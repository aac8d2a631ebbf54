/** One changed file as `git status` tells it. */
export interface ChangedFile {
  /** Two letters, index and working tree: `M.`, `.M`, `??`, `UU`. */
  code: string;
  path: string;
}

export interface GitStatus {
  /** Undefined on a detached HEAD. */
  branch: string | undefined;
  /** Undefined before the first commit. */
  commit: string | undefined;
  upstream: string | undefined;
  /** Undefined where the upstream branch is gone. */
  ahead: number | undefined;
  behind: number | undefined;
  files: ChangedFile[];
}

/** Reads the output of `git status --porcelain=v2 --branch -z`. Unknown and torn records are passed over. */
export function parseStatus(output: string): GitStatus {
  const status: GitStatus = {
    branch: undefined,
    commit: undefined,
    upstream: undefined,
    ahead: undefined,
    behind: undefined,
    files: [],
  };
  const records = output.split('\0');
  for (let index = 0; index < records.length; index += 1) {
    const record = records[index] ?? '';
    const kind = record[0];
    if (kind === '#') readHeader(status, record);
    else if (kind === '?') addFile(status, '??', record.slice(2));
    else if (kind === '1') addFile(status, record.slice(2, 4), afterFields(record, 8));
    else if (kind === 'u') addFile(status, record.slice(2, 4), afterFields(record, 10));
    else if (kind === '2') {
      addFile(status, record.slice(2, 4), afterFields(record, 9));
      index += 1; // the old name follows as a record of its own
    }
  }
  return status;
}

function readHeader(status: GitStatus, record: string): void {
  const [, key, ...rest] = record.split(' ');
  const value = rest.join(' ');
  if (key === 'branch.oid' && value !== '(initial)') status.commit = value;
  if (key === 'branch.head' && value !== '(detached)') status.branch = value;
  if (key === 'branch.upstream') status.upstream = value;
  const counts = key === 'branch.ab' ? /^\+(\d+) -(\d+)$/.exec(value) : null;
  if (counts !== null) {
    status.ahead = Number(counts[1]);
    status.behind = Number(counts[2]);
  }
}

function addFile(status: GitStatus, code: string, path: string): void {
  if (path !== '') status.files.push({ code, path });
}

/** What follows the first `count` space-separated fields; file names may hold spaces. */
function afterFields(record: string, count: number): string {
  let position = 0;
  for (let field = 0; field < count; field += 1) {
    position = record.indexOf(' ', position) + 1;
    if (position === 0) return '';
  }
  return record.slice(position);
}
