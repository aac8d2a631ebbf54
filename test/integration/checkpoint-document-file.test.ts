import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { expect, it } from 'vitest';
import { readDocument } from '../../src/checkpoints/document-file.ts';
import { saved } from '../support/checkpoints.ts';
import { useIsolatedProcess } from '../support/for-the-file.ts';
import { plainRepository } from '../support/repositories.ts';

useIsolatedProcess();

it('does not wait for a pipe that stands where a document was', async () => {
  const { root } = plainRepository();
  const { id, document } = await saved(root, { name: 'then' });
  expect(readDocument(root, id)).toContain('Session Checkpoint: then');
  fs.rmSync(path.join(root, document));
  execFileSync('mkfifo', [path.join(root, document)]);
  expect(readDocument(root, id)).toBeUndefined();
});
