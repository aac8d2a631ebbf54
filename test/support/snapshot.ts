import * as fs from 'node:fs';
import * as path from 'node:path';

/** Every file below the given paths: mode and bytes (base64), by absolute path. Links by where they lead. */
export function snapshot(...places: string[]): Record<string, string> {
  const found: Record<string, string> = {};
  for (const place of places) collect(place, found);
  return found;
}

function collect(place: string, found: Record<string, string>): void {
  const stat = fs.lstatSync(place, { throwIfNoEntry: false });
  if (stat === undefined) return;
  const mode = (stat.mode & 0o7777).toString(8);
  if (stat.isSymbolicLink()) found[place] = `link ${fs.readlinkSync(place)}`;
  else if (stat.isDirectory()) {
    found[place] = `folder ${mode}`;
    for (const name of fs.readdirSync(place)) collect(path.join(place, name), found);
  } else found[place] = `${mode} ${fs.readFileSync(place).toString('base64')}`;
}
