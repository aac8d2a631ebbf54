/** How many there are, with the word for them: `1 step`, `3 steps`, `2 replies`. */
export function counted(many: number, one: string, more = `${one}s`): string {
  return `${many} ${many === 1 ? one : more}`;
}
