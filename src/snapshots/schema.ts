import * as z from 'zod';

/** The version of the document this program writes and reads. */
export const SNAPSHOT_VERSION = 1;
/** Where an installed package has the JSON Schema, seen from `.claude/snapshots/`. */
export const SNAPSHOT_SCHEMA_LOCATION = '../../node_modules/claude-hooks/dist/snapshot.schema.json';

const objectId = z.string().regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/, 'it is no object id of git');
const ownId = z
  .string()
  .max(60)
  .regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/, 'an id holds only a-z, 0-9 and single -');
const base64 = z
  .string()
  .regex(/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/, 'it is no base64');

const file = z.looseObject({
  path: z.string().min(1).describe('Relative to the top of the working tree, with /.'),
  pathBase64: base64.optional().describe('The exact bytes of a name that is not UTF-8.'),
  hash: objectId.describe(
    "Git's id of the content (blob); of a deleted file the content HEAD has, of a submodule its commit.",
  ),
  status: z.enum(['added', 'modified', 'deleted', 'renamed']).describe('Against HEAD.'),
  from: z.string().min(1).optional().describe('The name a renamed file had in HEAD.'),
  fromBase64: base64.optional().describe('The exact bytes of that name where it is not UTF-8.'),
});

const todo = z.looseObject({
  text: z.string(),
  status: z.string().describe('pending, in_progress or completed, as Claude Code says it.'),
});

const conversation = z.looseObject({
  transcript: z.string().describe('The transcript file.'),
  offset: z.int().min(0).describe('Bytes of it that were written.'),
  message: z.string().optional().describe('uuid of its last message.'),
  at: z.string().optional().describe('When that message was written (ISO 8601).'),
});

/**
 * The one schema of `.claude/snapshots/<id>.json`. Reading checks against it and the published JSON Schema is made
 * from it, in the order in which documents are written. Fields it does not know may follow within version 1; those it
 * names stay.
 */
export const snapshotSchema = z.looseObject({
  $schema: z.string().optional().describe('Where an editor finds this JSON Schema.'),
  version: z.literal(SNAPSHOT_VERSION).describe('The version of this form.'),
  id: ownId.describe("The document's file name without .json."),
  name: z.string().min(1).max(400).describe('Free text on one line.'),
  timestamp: z.iso.datetime().describe('When it was saved, ISO 8601 in UTC.'),
  branch: z
    .string()
    .min(1)
    .nullable()
    .describe('The branch that was checked out; null where HEAD was detached.'),
  head: objectId.optional().describe('The commit that was checked out; absent on a branch without one.'),
  operation: z
    .string()
    .optional()
    .describe('What git was in the middle of: rebase, merge, cherry-pick, revert, bisect or am.'),
  session: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, 'it is no session id')
    .optional()
    .describe("The session's id in Claude Code."),
  conversation: conversation.optional().describe('Where its conversation stood.'),
  checkpoint: ownId.describe('The id of the checkpoint of the same moment.'),
  tree: objectId.describe('The tree of the working tree that checkpoint holds.'),
  notes: z.string().describe('What to remember; free text.'),
  todos: z.array(todo).describe("The session's todos."),
  state: z.record(z.string(), z.string()).describe("The session's variables."),
  files: z.array(file).describe('Files that differed from HEAD, sorted by name.'),
  remarks: z.array(z.string()).describe('What a person should know about how it was saved.'),
  context: z.string().describe('The text of .claude/context.md; empty where there was none.'),
});

/** The published JSON Schema (draft 7). */
export function snapshotJsonSchema(): Record<string, unknown> {
  const { $schema, ...rest } = z.toJSONSchema(snapshotSchema, { target: 'draft-7', io: 'input' });
  return {
    $schema,
    title: 'claude-hooks snapshot',
    description: 'What a session was doing at one moment: .claude/snapshots/<id>.json.',
    ...rest,
  };
}
