import fc from 'fast-check';
import { expect, it } from 'vitest';
import { keepTodos } from '../../../src/checkpoints/todos.ts';

const status = fc.constantFrom('pending', 'in_progress', 'completed');

it('keeps at most fifty in their order, open ones before completed ones, in a bounded room', () => {
  const todo = fc.record({ text: fc.string({ unit: 'grapheme', maxLength: 600 }), status });
  fc.assert(
    fc.property(fc.array(todo, { maxLength: 120 }), (list) => {
      const numbered = list.map(({ text, status }, at) => ({ text: `${at} ${text}`, status }));
      const kept = keepTodos(numbered);
      const places = kept.map(({ text }) => Number.parseInt(text, 10));
      expect(places).toEqual([...places].sort((a, b) => a - b));
      expect(kept).toHaveLength(Math.min(50, list.length));
      const open = list.filter((one) => one.status !== 'completed').length;
      expect(kept.filter((one) => one.status !== 'completed')).toHaveLength(Math.min(50, open));
      expect(kept.reduce((sum, one) => sum + one.text.length, 0)).toBeLessThanOrEqual(4_000);
    }),
    { numRuns: 60 },
  );
});

it('prefers the latest of those that are completed', () => {
  const list = Array.from({ length: 60 }, (_one, at) => ({
    text: `t${at}`,
    status: at === 3 ? 'pending' : 'completed',
  }));
  const kept = keepTodos(list).map((one) => one.text);
  expect(kept[0]).toBe('t3');
  expect(kept.slice(1)).toEqual(list.slice(11).map((one) => one.text));
});

it('redacts before it cuts', () => {
  const token = `ghp_${'A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8'.slice(0, 36)}`;
  const list = Array.from({ length: 50 }, () => ({ text: `${'x'.repeat(70)} ${token}`, status: 'pending' }));
  expect(JSON.stringify(keepTodos(list))).not.toContain('ghp_');
});
