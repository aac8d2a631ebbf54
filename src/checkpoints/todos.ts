import { redactHead } from '../redact/redact.ts';
import type { CheckpointTodo } from './types.ts';

const MAX_TODOS = 50;
const LONGEST = 200;
/** Letters of all texts together: 10,000 checkpoints are listed by reading all their messages. */
const ROOM = 4_000;

/**
 * The todos as a checkpoint's commit holds them: at most 50, in their order, redacted, about 4,000 letters in all.
 * Where there are more, open ones go before completed ones, and later completed ones before earlier ones.
 */
export function keepTodos(todos: readonly CheckpointTodo[]): CheckpointTodo[] {
  const isOpen = (todo: CheckpointTodo): boolean => todo.status !== 'completed';
  const open = todos.filter(isOpen).slice(0, MAX_TODOS);
  const room = MAX_TODOS - open.length;
  const done = room === 0 ? [] : todos.filter((todo) => !isOpen(todo)).slice(-room);
  const kept = new Set([...open, ...done]);
  const limit = Math.min(LONGEST, Math.floor(ROOM / Math.max(1, kept.size)));
  return todos
    .filter((todo) => kept.has(todo))
    .map(({ text, status }) => ({
      text: redactHead(text.replace(/\s+/g, ' ').trim(), limit),
      status: redactHead(status, 20),
    }));
}
