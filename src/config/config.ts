// Made from the schema by `npm run generate`; do not edit.

/** The configuration as the program reads it: every value there. Durations and sizes are still text. */
export interface Config {
  /** Where an editor finds the JSON Schema. */
  $schema?: string;
  /** Presets to start from: a built-in name (minimal, solo, team, node, python, strict), a file in the repository ("./x.json") or a package. */
  extends?: string | string[];
  /** Off: every hook of claude-hooks does nothing in this repository. */
  enabled: boolean;
  /** What a session is told at its start. */
  context: {
    /** Give the session its context at the start. */
    enabled: boolean;
    /** Most characters injected at a session start; the client cuts off at 10,000. */
    budget: number;
    /** What is injected, most important first. */
    sources: (
      | 'template'
      | 'state'
      | 'partition'
      | 'checkpoint'
      | 'summary'
      | 'context'
      | 'git'
      | 'commits'
      | 'readme'
      | 'architecture'
    )[];
    /** How many recent commits are listed. */
    commits: number;
    /** The first of these files that exists is the README. */
    readme: string[];
    /** The first of these files that exists describes the architecture. */
    architecture: string[];
  };
  /** Prompts that are understood. */
  prompts: {
    /** Act on sentences such as "Resume from checkpoint: NAME" at the start of a line of a prompt. */
    enabled: boolean;
  };
  /** Parts of the project, each with its own context; of several that hold a file the first counts. */
  partitions: {
    /** How it is called in prompts and commands; upper and lower case are the same. */
    name: string;
    /** Its files, from the top of the working tree: "src/ui/**"; one that begins with ! takes files out again. */
    globs: string[];
    /** Its own context file; .claude/partitions/<name>.md where it is not given. */
    context?: string;
    /** What it covers, in a sentence. */
    description?: string;
    /** Who answers for it. */
    owner?: string;
    /** What happens when the agent edits a file outside it while it is in work. */
    outside: 'allow' | 'note' | 'block';
  }[];
  /** What Claude Code writes down of a conversation. */
  transcripts: {
    /** Keep a redacted, compressed copy of the transcripts, which the client deletes after a while. */
    archive: boolean;
    /** What the copies of this repository may take up; the oldest go first. */
    maxSize: string;
  };
  /** Pieces of work, each of one or more conversations. */
  sessions: {
    /** A session in which nothing happened for this long is archived. */
    archiveAfter: string;
  };
  /** Checks before a session starts, side by side. */
  preSession: {
    /** How long the session start waits for the checks; what takes longer goes on and reports at the next prompt. */
    budget: string;
    /** Installing what the lock file names. */
    dependencies: {
      /** Install dependencies when the lock file changed since the last session. */
      enabled: boolean;
      /** The command; found from the lock file where it is not given (npm ci, pnpm install, uv sync ...). */
      command?: string;
      /** The command is killed after this long. */
      timeout: string;
    };
    /** Bringing the branch up to date. */
    pull: {
      /** git pull --ff-only, only on a clean tree whose branch has an upstream. */
      enabled: boolean;
      /** The pull is given up after this long. */
      timeout: string;
    };
    /** Missing variables are named; values are never read out. */
    env: {
      /** Compare the keys of the env file with those of its example. */
      enabled: boolean;
      /** The env file, relative to the top of the working tree. */
      file: string;
      /** The example it is compared with. */
      example: string;
    };
    /** Databases and services that should answer when a session starts. */
    services: {
      /** Shown in findings. */
      name: string;
      /** postgres://, mysql://, redis:// or http(s):// URL, or "env:NAME" to take it from the environment or the env file. */
      url: string;
      /** A service that has not answered by then counts as down. */
      timeout: string;
    }[];
  };
  /** Snapshots of the working tree in a private place of git. */
  checkpoints: {
    /** Save checkpoints without being asked. */
    enabled: boolean;
    /** A checkpoint is saved when this long has passed and the tree has changed. */
    every: string;
    /** Save what is not committed when a session begins, in the background. */
    onStart: boolean;
    /** Look at the end of each turn. */
    onStop: boolean;
    /** Save before the conversation is compacted. */
    beforeCompact: boolean;
    /** A background process for each session saves during long turns. */
    loop: boolean;
    /** Larger untracked files are left out and listed. */
    maxFileSize: string;
    /** Ignored files that are held all the same: paths or globs from the top of the working tree. */
    include: string[];
    /** Save before commands of the agent that may destroy work, such as rm or git reset. Off: install adds no entries for them. */
    beforeCommands: boolean;
    /** More such commands, as permission rules of Claude Code: Bash(terraform destroy *). They count from the next install on. */
    commands: string[];
    /** branch: each automatic checkpoint is also a WIP commit on the current branch. */
    commit: 'none' | 'branch';
    /** How many automatic checkpoints stay. Named ones always do. */
    keep: {
      /** Checkpoints of one session. */
      count: number;
      /** Older ones are pruned. */
      age: string;
      /** What the checkpoints of one session may take up besides the branches. */
      size: string;
    };
  };
  /** What counts as an error, and what its log may hold. */
  errors: {
    /** Write error logs and send notifications. */
    enabled: boolean;
    /** Report turns that end in an API error. */
    api: boolean;
    /** Which failing tools are errors: none; unexpected (not failing tests, searches without a hit or refused permissions); repeated (the same failure three times); all. */
    tools: 'none' | 'unexpected' | 'repeated' | 'all';
    /** Failures whose text matches one of these regular expressions are not reported. */
    ignore: string[];
    /** More variables whose values may stand in an error log. */
    environment: string[];
  };
  /** What is done after a session has ended. */
  postSession: {
    /** Write a session summary to .claude/sessions/. */
    summary: boolean;
    /** Update the marked parts of .claude/context.md. */
    context: boolean;
    /** A commit at the end of a session. */
    commit: {
      /** Commit what the session changed, on the current branch. Never in the middle of a rebase or merge. */
      enabled: boolean;
      /** The first line of the commit message. */
      message: string;
      /** Files that are never committed (globs on the file name). */
      exclude: string[];
    };
    /** Run the tests after the session; a failure is reported as an error. */
    tests: {
      /** Run them. */
      enabled: boolean;
      /** The test command; found from the project where it is not given. */
      command?: string;
      /** The tests are killed after this long. */
      timeout: string;
    };
    /** Temporary files and folders inside the repository to remove after a session. */
    clean: string[];
  };
  /** Each hook on or off, and your own steps at that moment. */
  hooks: {
    /** Builds the context of a session. */
    'session-start': {
      /** Off: this hook does nothing. */
      enabled: boolean;
      /** Your own commands or zx scripts, run at this moment. */
      steps: {
        /** Shown in findings and logs. */
        name: string;
        /** A shell command, run from the top of the working tree. */
        run?: string;
        /** A zx script (path relative to the top of the working tree) instead of a command. */
        script?: string;
        /** The step is killed with its children after this long. */
        timeout: string;
        /** Off: the step is kept but not run. */
        enabled: boolean;
      }[];
    };
    /** Runs before the context is built. */
    'pre-session': {
      /** Off: this hook does nothing. */
      enabled: boolean;
      /** Your own commands or zx scripts, run at this moment. */
      steps: {
        /** Shown in findings and logs. */
        name: string;
        /** A shell command, run from the top of the working tree. */
        run?: string;
        /** A zx script (path relative to the top of the working tree) instead of a command. */
        script?: string;
        /** The step is killed with its children after this long. */
        timeout: string;
        /** Off: the step is kept but not run. */
        enabled: boolean;
      }[];
    };
    /** Runs when a prompt was sent. */
    prompt: {
      /** Off: this hook does nothing. */
      enabled: boolean;
      /** Your own commands or zx scripts, run at this moment. */
      steps: {
        /** Shown in findings and logs. */
        name: string;
        /** A shell command, run from the top of the working tree. */
        run?: string;
        /** A zx script (path relative to the top of the working tree) instead of a command. */
        script?: string;
        /** The step is killed with its children after this long. */
        timeout: string;
        /** Off: the step is kept but not run. */
        enabled: boolean;
      }[];
    };
    /** Runs when a checkpoint was saved. */
    checkpoint: {
      /** Off: this hook does nothing. */
      enabled: boolean;
      /** Your own commands or zx scripts, run at this moment. */
      steps: {
        /** Shown in findings and logs. */
        name: string;
        /** A shell command, run from the top of the working tree. */
        run?: string;
        /** A zx script (path relative to the top of the working tree) instead of a command. */
        script?: string;
        /** The step is killed with its children after this long. */
        timeout: string;
        /** Off: the step is kept but not run. */
        enabled: boolean;
      }[];
    };
    /** Runs when an error was recorded. */
    'on-error': {
      /** Off: this hook does nothing. */
      enabled: boolean;
      /** Your own commands or zx scripts, run at this moment. */
      steps: {
        /** Shown in findings and logs. */
        name: string;
        /** A shell command, run from the top of the working tree. */
        run?: string;
        /** A zx script (path relative to the top of the working tree) instead of a command. */
        script?: string;
        /** The step is killed with its children after this long. */
        timeout: string;
        /** Off: the step is kept but not run. */
        enabled: boolean;
      }[];
    };
    /** Runs after a session has ended. */
    'post-session': {
      /** Off: this hook does nothing. */
      enabled: boolean;
      /** Your own commands or zx scripts, run at this moment. */
      steps: {
        /** Shown in findings and logs. */
        name: string;
        /** A shell command, run from the top of the working tree. */
        run?: string;
        /** A zx script (path relative to the top of the working tree) instead of a command. */
        script?: string;
        /** The step is killed with its children after this long. */
        timeout: string;
        /** Off: the step is kept but not run. */
        enabled: boolean;
      }[];
    };
    /** Runs at git hooks. */
    git: {
      /** Off: this hook does nothing. */
      enabled: boolean;
      /** Your own commands or zx scripts, run at this moment. */
      steps: {
        /** Shown in findings and logs. */
        name: string;
        /** A shell command, run from the top of the working tree. */
        run?: string;
        /** A zx script (path relative to the top of the working tree) instead of a command. */
        script?: string;
        /** The step is killed with its children after this long. */
        timeout: string;
        /** Off: the step is kept but not run. */
        enabled: boolean;
      }[];
    };
  };
  /** Who is told about errors. */
  notify: {
    /** Slack, by incoming webhook. */
    slack: {
      /** Send errors to Slack where a webhook is known. */
      enabled: boolean;
      /** A reference, never the address: "env:NAME" (SLACK_WEBHOOK_URL is tried too) or, in the user file only, "file:/path". */
      webhook: string;
    };
    /** Desktop notification where there is a desktop. */
    desktop: boolean;
    /** Notification through the client's own terminal. */
    terminal: boolean;
    /** The same error again within this time is counted, not sent. */
    group: string;
  };
  /** What the git hooks do. */
  git: {
    /** Add a Claude-Session: trailer to commits made while a session is live. */
    trailer: boolean;
    /** Refuse to push commits marked WIP. */
    blockWip: boolean;
  };
  /** Removing secrets; what is built in cannot be switched off. */
  redact: {
    /** More regular expressions whose matches are removed from everything stored or sent. */
    patterns: string[];
  };
}

/** The configuration as people write it: everything optional. */
export interface ConfigInput {
  /** Where an editor finds the JSON Schema. */
  $schema?: string;
  /** Presets to start from: a built-in name (minimal, solo, team, node, python, strict), a file in the repository ("./x.json") or a package. */
  extends?: string | string[];
  /** Off: every hook of claude-hooks does nothing in this repository. */
  enabled?: boolean;
  /** What a session is told at its start. */
  context?: {
    /** Give the session its context at the start. */
    enabled?: boolean;
    /** Most characters injected at a session start; the client cuts off at 10,000. */
    budget?: number;
    /** What is injected, most important first. */
    sources?: (
      | 'template'
      | 'state'
      | 'partition'
      | 'checkpoint'
      | 'summary'
      | 'context'
      | 'git'
      | 'commits'
      | 'readme'
      | 'architecture'
    )[];
    /** How many recent commits are listed. */
    commits?: number;
    /** The first of these files that exists is the README. */
    readme?: string[];
    /** The first of these files that exists describes the architecture. */
    architecture?: string[];
  };
  /** Prompts that are understood. */
  prompts?: {
    /** Act on sentences such as "Resume from checkpoint: NAME" at the start of a line of a prompt. */
    enabled?: boolean;
  };
  /** Parts of the project, each with its own context; of several that hold a file the first counts. */
  partitions?: {
    /** How it is called in prompts and commands; upper and lower case are the same. */
    name: string;
    /** Its files, from the top of the working tree: "src/ui/**"; one that begins with ! takes files out again. */
    globs: string[];
    /** Its own context file; .claude/partitions/<name>.md where it is not given. */
    context?: string;
    /** What it covers, in a sentence. */
    description?: string;
    /** Who answers for it. */
    owner?: string;
    /** What happens when the agent edits a file outside it while it is in work. */
    outside?: 'allow' | 'note' | 'block';
  }[];
  /** What Claude Code writes down of a conversation. */
  transcripts?: {
    /** Keep a redacted, compressed copy of the transcripts, which the client deletes after a while. */
    archive?: boolean;
    /** What the copies of this repository may take up; the oldest go first. */
    maxSize?: string;
  };
  /** Pieces of work, each of one or more conversations. */
  sessions?: {
    /** A session in which nothing happened for this long is archived. */
    archiveAfter?: string;
  };
  /** Checks before a session starts, side by side. */
  preSession?: {
    /** How long the session start waits for the checks; what takes longer goes on and reports at the next prompt. */
    budget?: string;
    /** Installing what the lock file names. */
    dependencies?: {
      /** Install dependencies when the lock file changed since the last session. */
      enabled?: boolean;
      /** The command; found from the lock file where it is not given (npm ci, pnpm install, uv sync ...). */
      command?: string;
      /** The command is killed after this long. */
      timeout?: string;
    };
    /** Bringing the branch up to date. */
    pull?: {
      /** git pull --ff-only, only on a clean tree whose branch has an upstream. */
      enabled?: boolean;
      /** The pull is given up after this long. */
      timeout?: string;
    };
    /** Missing variables are named; values are never read out. */
    env?: {
      /** Compare the keys of the env file with those of its example. */
      enabled?: boolean;
      /** The env file, relative to the top of the working tree. */
      file?: string;
      /** The example it is compared with. */
      example?: string;
    };
    /** Databases and services that should answer when a session starts. */
    services?: {
      /** Shown in findings. */
      name: string;
      /** postgres://, mysql://, redis:// or http(s):// URL, or "env:NAME" to take it from the environment or the env file. */
      url: string;
      /** A service that has not answered by then counts as down. */
      timeout?: string;
    }[];
  };
  /** Snapshots of the working tree in a private place of git. */
  checkpoints?: {
    /** Save checkpoints without being asked. */
    enabled?: boolean;
    /** A checkpoint is saved when this long has passed and the tree has changed. */
    every?: string;
    /** Save what is not committed when a session begins, in the background. */
    onStart?: boolean;
    /** Look at the end of each turn. */
    onStop?: boolean;
    /** Save before the conversation is compacted. */
    beforeCompact?: boolean;
    /** A background process for each session saves during long turns. */
    loop?: boolean;
    /** Larger untracked files are left out and listed. */
    maxFileSize?: string;
    /** Ignored files that are held all the same: paths or globs from the top of the working tree. */
    include?: string[];
    /** Save before commands of the agent that may destroy work, such as rm or git reset. Off: install adds no entries for them. */
    beforeCommands?: boolean;
    /** More such commands, as permission rules of Claude Code: Bash(terraform destroy *). They count from the next install on. */
    commands?: string[];
    /** branch: each automatic checkpoint is also a WIP commit on the current branch. */
    commit?: 'none' | 'branch';
    /** How many automatic checkpoints stay. Named ones always do. */
    keep?: {
      /** Checkpoints of one session. */
      count?: number;
      /** Older ones are pruned. */
      age?: string;
      /** What the checkpoints of one session may take up besides the branches. */
      size?: string;
    };
  };
  /** What counts as an error, and what its log may hold. */
  errors?: {
    /** Write error logs and send notifications. */
    enabled?: boolean;
    /** Report turns that end in an API error. */
    api?: boolean;
    /** Which failing tools are errors: none; unexpected (not failing tests, searches without a hit or refused permissions); repeated (the same failure three times); all. */
    tools?: 'none' | 'unexpected' | 'repeated' | 'all';
    /** Failures whose text matches one of these regular expressions are not reported. */
    ignore?: string[];
    /** More variables whose values may stand in an error log. */
    environment?: string[];
  };
  /** What is done after a session has ended. */
  postSession?: {
    /** Write a session summary to .claude/sessions/. */
    summary?: boolean;
    /** Update the marked parts of .claude/context.md. */
    context?: boolean;
    /** A commit at the end of a session. */
    commit?: {
      /** Commit what the session changed, on the current branch. Never in the middle of a rebase or merge. */
      enabled?: boolean;
      /** The first line of the commit message. */
      message?: string;
      /** Files that are never committed (globs on the file name). */
      exclude?: string[];
    };
    /** Run the tests after the session; a failure is reported as an error. */
    tests?: {
      /** Run them. */
      enabled?: boolean;
      /** The test command; found from the project where it is not given. */
      command?: string;
      /** The tests are killed after this long. */
      timeout?: string;
    };
    /** Temporary files and folders inside the repository to remove after a session. */
    clean?: string[];
  };
  /** Each hook on or off, and your own steps at that moment. */
  hooks?: {
    /** Builds the context of a session. */
    'session-start'?: {
      /** Off: this hook does nothing. */
      enabled?: boolean;
      /** Your own commands or zx scripts, run at this moment. */
      steps?: {
        /** Shown in findings and logs. */
        name: string;
        /** A shell command, run from the top of the working tree. */
        run?: string;
        /** A zx script (path relative to the top of the working tree) instead of a command. */
        script?: string;
        /** The step is killed with its children after this long. */
        timeout?: string;
        /** Off: the step is kept but not run. */
        enabled?: boolean;
      }[];
    };
    /** Runs before the context is built. */
    'pre-session'?: {
      /** Off: this hook does nothing. */
      enabled?: boolean;
      /** Your own commands or zx scripts, run at this moment. */
      steps?: {
        /** Shown in findings and logs. */
        name: string;
        /** A shell command, run from the top of the working tree. */
        run?: string;
        /** A zx script (path relative to the top of the working tree) instead of a command. */
        script?: string;
        /** The step is killed with its children after this long. */
        timeout?: string;
        /** Off: the step is kept but not run. */
        enabled?: boolean;
      }[];
    };
    /** Runs when a prompt was sent. */
    prompt?: {
      /** Off: this hook does nothing. */
      enabled?: boolean;
      /** Your own commands or zx scripts, run at this moment. */
      steps?: {
        /** Shown in findings and logs. */
        name: string;
        /** A shell command, run from the top of the working tree. */
        run?: string;
        /** A zx script (path relative to the top of the working tree) instead of a command. */
        script?: string;
        /** The step is killed with its children after this long. */
        timeout?: string;
        /** Off: the step is kept but not run. */
        enabled?: boolean;
      }[];
    };
    /** Runs when a checkpoint was saved. */
    checkpoint?: {
      /** Off: this hook does nothing. */
      enabled?: boolean;
      /** Your own commands or zx scripts, run at this moment. */
      steps?: {
        /** Shown in findings and logs. */
        name: string;
        /** A shell command, run from the top of the working tree. */
        run?: string;
        /** A zx script (path relative to the top of the working tree) instead of a command. */
        script?: string;
        /** The step is killed with its children after this long. */
        timeout?: string;
        /** Off: the step is kept but not run. */
        enabled?: boolean;
      }[];
    };
    /** Runs when an error was recorded. */
    'on-error'?: {
      /** Off: this hook does nothing. */
      enabled?: boolean;
      /** Your own commands or zx scripts, run at this moment. */
      steps?: {
        /** Shown in findings and logs. */
        name: string;
        /** A shell command, run from the top of the working tree. */
        run?: string;
        /** A zx script (path relative to the top of the working tree) instead of a command. */
        script?: string;
        /** The step is killed with its children after this long. */
        timeout?: string;
        /** Off: the step is kept but not run. */
        enabled?: boolean;
      }[];
    };
    /** Runs after a session has ended. */
    'post-session'?: {
      /** Off: this hook does nothing. */
      enabled?: boolean;
      /** Your own commands or zx scripts, run at this moment. */
      steps?: {
        /** Shown in findings and logs. */
        name: string;
        /** A shell command, run from the top of the working tree. */
        run?: string;
        /** A zx script (path relative to the top of the working tree) instead of a command. */
        script?: string;
        /** The step is killed with its children after this long. */
        timeout?: string;
        /** Off: the step is kept but not run. */
        enabled?: boolean;
      }[];
    };
    /** Runs at git hooks. */
    git?: {
      /** Off: this hook does nothing. */
      enabled?: boolean;
      /** Your own commands or zx scripts, run at this moment. */
      steps?: {
        /** Shown in findings and logs. */
        name: string;
        /** A shell command, run from the top of the working tree. */
        run?: string;
        /** A zx script (path relative to the top of the working tree) instead of a command. */
        script?: string;
        /** The step is killed with its children after this long. */
        timeout?: string;
        /** Off: the step is kept but not run. */
        enabled?: boolean;
      }[];
    };
  };
  /** Who is told about errors. */
  notify?: {
    /** Slack, by incoming webhook. */
    slack?: {
      /** Send errors to Slack where a webhook is known. */
      enabled?: boolean;
      /** A reference, never the address: "env:NAME" (SLACK_WEBHOOK_URL is tried too) or, in the user file only, "file:/path". */
      webhook?: string;
    };
    /** Desktop notification where there is a desktop. */
    desktop?: boolean;
    /** Notification through the client's own terminal. */
    terminal?: boolean;
    /** The same error again within this time is counted, not sent. */
    group?: string;
  };
  /** What the git hooks do. */
  git?: {
    /** Add a Claude-Session: trailer to commits made while a session is live. */
    trailer?: boolean;
    /** Refuse to push commits marked WIP. */
    blockWip?: boolean;
  };
  /** Removing secrets; what is built in cannot be switched off. */
  redact?: {
    /** More regular expressions whose matches are removed from everything stored or sent. */
    patterns?: string[];
  };
}

/** A command or zx script of your own. */
export type Step = Config['hooks']['git']['steps'][number];
export type ContextSource = Config['context']['sources'][number];
/** A moment people can add steps to; also the name of the hook script. */
export type Moment = keyof Config['hooks'];
