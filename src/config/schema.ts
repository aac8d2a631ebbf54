import * as z from 'zod';
import { CONTEXT_SOURCES, commandRule, duration, moment, partition } from './schema-parts.ts';

/**
 * The one schema of `.claude-sessionrc`. Validation, the JSON Schema for editors, the example file and the
 * table in the docs are made from it, so every key carries its description here.
 */

const NEVER_COMMITTED = '.env .env.* *.pem *.key id_rsa* *.p12 *.pfx .npmrc .netrc credentials*'.split(' ');

export const configSchema = z.strictObject({
  $schema: z.string().optional().describe('Where an editor finds the JSON Schema.'),
  extends: z
    .union([z.string(), z.array(z.string())])
    .optional()
    .describe(
      'Presets to start from: a built-in name (minimal, solo, team, node, python, strict), a file in the repository ("./x.json") or a package.',
    ),
  enabled: z
    .boolean()
    .default(true)
    .describe('Off: every hook of claude-hooks does nothing in this repository.'),
  context: z
    .strictObject({
      enabled: z.boolean().default(true).describe('Give the session its context at the start.'),
      budget: z
        .int()
        .min(500)
        .max(9_500)
        .default(8_000)
        .describe('Most characters injected at a session start; the client cuts off at 10,000.'),
      sources: z
        .array(z.enum(CONTEXT_SOURCES))
        .default([...CONTEXT_SOURCES])
        .describe('What is injected, most important first.'),
      commits: z.int().min(0).max(100).default(10).describe('How many recent commits are listed.'),
      readme: z
        .array(z.string())
        .default(['README.md', 'README', 'readme.md'])
        .describe('The first of these files that exists is the README.'),
      architecture: z
        .array(z.string())
        .default(['docs/architecture.md', 'ARCHITECTURE.md', 'docs/ARCHITECTURE.md'])
        .describe('The first of these files that exists describes the architecture.'),
    })
    .prefault({})
    .describe('What a session is told at its start.'),
  prompts: z
    .strictObject({
      enabled: z
        .boolean()
        .default(true)
        .describe(
          'Act on sentences such as "Resume from checkpoint: NAME" at the start of a line of a prompt.',
        ),
    })
    .prefault({})
    .describe('Prompts that are understood.'),
  partitions: z
    .array(partition)
    .max(200)
    .default([])
    .describe(
      'Parts of the project, each with its own context; of several that hold a file the first counts.',
    ),
  transcripts: z
    .strictObject({
      archive: z
        .boolean()
        .default(true)
        .describe(
          'Keep a redacted, compressed copy of the transcripts, which the client deletes after a while.',
        ),
      maxSize: z
        .string()
        .regex(/^\d+(?:\.\d+)?\s*(?:B|KB|MB|GB)$/i, 'a size is a number and B, KB, MB or GB')
        .default('500MB')
        .describe('What the copies of this repository may take up; the oldest go first.'),
    })
    .prefault({})
    .describe('What Claude Code writes down of a conversation.'),
  sessions: z
    .strictObject({
      archiveAfter: duration
        .default('14d')
        .describe('A session in which nothing happened for this long is archived.'),
    })
    .prefault({})
    .describe('Pieces of work, each of one or more conversations.'),
  preSession: z
    .strictObject({
      budget: duration
        .default('2s')
        .describe(
          'How long the session start waits for the checks; what takes longer goes on and reports at the next prompt.',
        ),
      dependencies: z
        .strictObject({
          enabled: z
            .boolean()
            .default(false)
            .describe('Install dependencies when the lock file changed since the last session.'),
          command: z
            .string()
            .optional()
            .describe(
              'The command; found from the lock file where it is not given (npm ci, pnpm install, uv sync ...).',
            ),
          timeout: duration.default('10m').describe('The command is killed after this long.'),
        })
        .prefault({})
        .describe('Installing what the lock file names.'),
      pull: z
        .strictObject({
          enabled: z
            .boolean()
            .default(false)
            .describe('git pull --ff-only, only on a clean tree whose branch has an upstream.'),
          timeout: duration.default('30s').describe('The pull is given up after this long.'),
        })
        .prefault({})
        .describe('Bringing the branch up to date.'),
      env: z
        .strictObject({
          enabled: z
            .boolean()
            .default(true)
            .describe('Compare the keys of the env file with those of its example.'),
          file: z.string().default('.env').describe('The env file, relative to the top of the working tree.'),
          example: z.string().default('.env.example').describe('The example it is compared with.'),
        })
        .prefault({})
        .describe('Missing variables are named; values are never read out.'),
      services: z
        .array(
          z.strictObject({
            name: z.string().min(1).describe('Shown in findings.'),
            url: z
              .string()
              .min(1)
              .describe(
                'postgres://, mysql://, redis:// or http(s):// URL, or "env:NAME" to take it from the environment or the env file.',
              ),
            timeout: duration
              .default('1s')
              .describe('A service that has not answered by then counts as down.'),
          }),
        )
        .default([])
        .describe('Databases and services that should answer when a session starts.'),
    })
    .prefault({})
    .describe('Checks before a session starts, side by side.'),
  checkpoints: z
    .strictObject({
      enabled: z.boolean().default(true).describe('Save checkpoints without being asked.'),
      every: duration
        .default('30m')
        .describe('A checkpoint is saved when this long has passed and the tree has changed.'),
      onStart: z
        .boolean()
        .default(true)
        .describe('Save what is not committed when a session begins, in the background.'),
      onStop: z.boolean().default(true).describe('Look at the end of each turn.'),
      beforeCompact: z.boolean().default(true).describe('Save before the conversation is compacted.'),
      loop: z
        .boolean()
        .default(true)
        .describe('A background process for each session saves during long turns.'),
      maxFileSize: z
        .string()
        .regex(/^\d+(?:\.\d+)?\s*(?:B|KB|MB|GB)$/i, 'a size is a number and B, KB, MB or GB')
        .default('50MB')
        .describe('Larger untracked files are left out and listed.'),
      include: z
        .array(z.string())
        .default([])
        .describe(
          'Ignored files that are held all the same: paths or globs from the top of the working tree.',
        ),
      beforeCommands: z
        .boolean()
        .default(true)
        .describe(
          'Save before commands of the agent that may destroy work, such as rm or git reset. Off: install adds no entries for them.',
        ),
      commands: z
        .array(commandRule)
        .max(50)
        .default([])
        .describe(
          'More such commands, as permission rules of Claude Code: Bash(terraform destroy *). They count from the next install on.',
        ),
      commit: z
        .enum(['none', 'branch'])
        .default('none')
        .describe('branch: each automatic checkpoint is also a WIP commit on the current branch.'),
      keep: z
        .strictObject({
          count: z.number().int().min(1).default(200).describe('Checkpoints of one session.'),
          age: duration.default('30d').describe('Older ones are pruned.'),
          size: z
            .string()
            .regex(/^\d+(?:\.\d+)?\s*(?:B|KB|MB|GB)$/i, 'a size is a number and B, KB, MB or GB')
            .default('1GB')
            .describe('What the checkpoints of one session may take up besides the branches.'),
        })
        .prefault({})
        .describe('How many automatic checkpoints stay. Named ones always do.'),
    })
    .prefault({})
    .describe('Snapshots of the working tree in a private place of git.'),
  errors: z
    .strictObject({
      enabled: z.boolean().default(true).describe('Write error logs and send notifications.'),
      api: z.boolean().default(true).describe('Report turns that end in an API error.'),
      tools: z
        .enum(['none', 'unexpected', 'repeated', 'all'])
        .default('unexpected')
        .describe(
          'Which failing tools are errors: none; unexpected (not failing tests, searches without a hit or refused permissions); repeated (the same failure three times); all.',
        ),
      ignore: z
        .array(z.string())
        .default([])
        .describe('Failures whose text matches one of these regular expressions are not reported.'),
      environment: z
        .array(z.string())
        .default([])
        .describe('More variables whose values may stand in an error log.'),
    })
    .prefault({})
    .describe('What counts as an error, and what its log may hold.'),
  postSession: z
    .strictObject({
      summary: z.boolean().default(true).describe('Write a session summary to .claude/sessions/.'),
      context: z.boolean().default(true).describe('Update the marked parts of .claude/context.md.'),
      commit: z
        .strictObject({
          enabled: z
            .boolean()
            .default(false)
            .describe(
              'Commit what the session changed, on the current branch. Never in the middle of a rebase or merge.',
            ),
          message: z
            .string()
            .default('wip: end of Claude Code session')
            .describe('The first line of the commit message.'),
          exclude: z
            .array(z.string())
            .default(NEVER_COMMITTED)
            .describe('Files that are never committed (globs on the file name).'),
        })
        .prefault({})
        .describe('A commit at the end of a session.'),
      tests: z
        .strictObject({
          enabled: z.boolean().default(false).describe('Run them.'),
          command: z
            .string()
            .optional()
            .describe('The test command; found from the project where it is not given.'),
          timeout: duration.default('10m').describe('The tests are killed after this long.'),
        })
        .prefault({})
        .describe('Run the tests after the session; a failure is reported as an error.'),
      clean: z
        .array(z.string())
        .default([])
        .describe('Temporary files and folders inside the repository to remove after a session.'),
    })
    .prefault({})
    .describe('What is done after a session has ended.'),
  hooks: z
    .strictObject({
      'session-start': moment.prefault({}).describe('Builds the context of a session.'),
      'pre-session': moment.prefault({}).describe('Runs before the context is built.'),
      prompt: moment.prefault({}).describe('Runs when a prompt was sent.'),
      checkpoint: moment.prefault({}).describe('Runs when a checkpoint was saved.'),
      'on-error': moment.prefault({}).describe('Runs when an error was recorded.'),
      'post-session': moment.prefault({}).describe('Runs after a session has ended.'),
      git: moment.prefault({}).describe('Runs at git hooks.'),
    })
    .prefault({})
    .describe('Each hook on or off, and your own steps at that moment.'),
  notify: z
    .strictObject({
      slack: z
        .strictObject({
          enabled: z.boolean().default(true).describe('Send errors to Slack where a webhook is known.'),
          webhook: z
            .string()
            .default('env:SLACK_WEBHOOK')
            .describe(
              'A reference, never the address: "env:NAME" (SLACK_WEBHOOK_URL is tried too) or, in the user file only, "file:/path".',
            ),
        })
        .prefault({})
        .describe('Slack, by incoming webhook.'),
      desktop: z.boolean().default(true).describe('Desktop notification where there is a desktop.'),
      terminal: z.boolean().default(true).describe("Notification through the client's own terminal."),
      group: duration.default('10m').describe('The same error again within this time is counted, not sent.'),
    })
    .prefault({})
    .describe('Who is told about errors.'),
  git: z
    .strictObject({
      trailer: z
        .boolean()
        .default(true)
        .describe('Add a Claude-Session: trailer to commits made while a session is live.'),
      blockWip: z.boolean().default(true).describe('Refuse to push commits marked WIP.'),
    })
    .prefault({})
    .describe('What the git hooks do.'),
  redact: z
    .strictObject({
      patterns: z
        .array(z.string())
        .default([])
        .describe('More regular expressions whose matches are removed from everything stored or sent.'),
    })
    .prefault({})
    .describe('Removing secrets; what is built in cannot be switched off.'),
});
