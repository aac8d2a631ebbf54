import { afterEach, beforeEach, expect, it } from 'vitest';
import { loadConfig } from '../../../src/config/load.ts';
import { makePlace, type Place } from './place.ts';

let place: Place;
beforeEach(() => {
  place = makePlace();
});
afterEach(() => place.remove());

it('a repository that asks for commits on the branch asks for consent, by naming them', () => {
  place.write('.claude-sessionrc.json', { checkpoints: { commit: 'branch' } });
  const { trust, commandsTrusted } = loadConfig(place);
  expect([trust.state, commandsTrusted]).toEqual(['untrusted', false]);
  expect(trust.commands).toEqual([
    { key: 'checkpoints.commit', text: 'commit each automatic checkpoint on the current branch' },
  ]);
});

it('to change one’s mind about them changes what was agreed to', () => {
  const hashOf = (commit: string): string => {
    place.write('.claude-sessionrc.json', { checkpoints: { commit, every: '5m' } });
    return loadConfig(place).trust.hash;
  };
  expect(hashOf('branch')).not.toBe(hashOf('none'));
});
