import { judgeEdit } from '../src/flows/judge-edit.ts';
import { runHook } from '../src/hook.ts';

// PreToolUse of the tools that edit files, while a partition is in work: whether the file lies outside it.
runHook('edit', 8_000, ({ event, cwd, env, runtime }) => judgeEdit({ cwd, env, runtime }, event));
