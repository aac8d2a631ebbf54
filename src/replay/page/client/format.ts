const two = (value: number): string => String(value).padStart(2, '0');

/** `14:03:27`, by the clock of whoever looks. */
export function clockTime(time: number): string {
  const date = new Date(time);
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** `14:03`. */
export function shortTime(time: number): string {
  return clockTime(time).slice(0, 5);
}

const DAY = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'short', year: 'numeric' });

/** `Nov 28, 2026`. */
export function dayOf(time: number): string {
  return DAY.format(time);
}

const SHORT_DAY = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'short' });

/** `Nov 28`. */
export function shortDay(time: number): string {
  return SHORT_DAY.format(time);
}

/** `42 s`, `12 min`, `3 h 05 min`, `2 d 4 h`. */
export function duration(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  if (seconds < 90) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${two(minutes % 60)} min`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** `950`, `12k`, `1.2M`. */
export function compact(value: number): string {
  if (value < 1_000) return String(Math.round(value));
  if (value < 10_000) return `${(value / 1_000).toFixed(1).replace('.0', '')}k`;
  if (value < 999_500) return `${Math.round(value / 1_000)}k`;
  return `${(value / 1_000_000).toFixed(1).replace('.0', '')}M`;
}

/** `$0.42`, `$12.30`, `$0.004`. */
export function dollars(value: number): string {
  return `$${value.toFixed(value !== 0 && value < 0.1 ? 3 : 2)}`;
}

export function counted(value: number, one: string, many = `${one}s`): string {
  return `${value.toLocaleString('en')} ${value === 1 ? one : many}`;
}
