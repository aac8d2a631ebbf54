import pc from 'picocolors';
import { visible } from '../../platform/terminal.ts';
import type { Cli } from '../cli.ts';

const PALETTES = { on: pc.createColors(true), off: pc.createColors(false) };

/** Colours a text where colours are wanted; control characters in it are made visible first. */
export function paint(
  cli: Pick<Cli, 'color'>,
  color: 'green' | 'cyan' | 'yellow' | 'red' | 'dim' | 'bold',
  text: string,
): string {
  return PALETTES[cli.color ? 'on' : 'off'][color](visible(text));
}
