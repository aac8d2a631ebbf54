import type { LeftReason } from './types.ts';

/** Why a path that differs stays, for people. */
export const LEFT_WORDS: Record<LeftReason, string> = {
  ignored: 'ignored by git',
  'not-held': 'no checkpoint holds what is there',
  'in-the-way': 'files no checkpoint holds are in the way',
  document: 'a document of claude-hooks',
  submodule: 'a repository of its own',
  sparse: 'left out by the sparse checkout',
  'other-disk': 'on another disk',
};
