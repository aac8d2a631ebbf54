import * as path from 'node:path';
import type { ConfigRequest } from '../config/resolve.ts';
import type { Cli } from './cli.ts';

/** What reading the configuration needs, from where the command runs. */
export function configRequest(cli: Cli): ConfigRequest {
  const { repository, cwd, state, user, env, runtime } = cli;
  return { repository, cwd, state, user, env, presetsDirectory: path.join(runtime, 'presets') };
}
