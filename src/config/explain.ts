import type { Origin, Origins } from './combine.ts';
import type { Config } from './config.ts';
import { isObject, type Json } from './merge.ts';

export interface ExplainedValue {
  key: string;
  value: Json;
  /** Lowest first; `defaults` alone where nobody said it. */
  origins: (Origin | { layer: 'defaults' })[];
}

/** Every value of the configuration by dotted key, with where it comes from. */
export function explainConfig(config: Config, origins: Origins): ExplainedValue[] {
  const rows: ExplainedValue[] = [];
  const walk = (value: Json, path: string[]): void => {
    if (isObject(value)) {
      for (const [key, item] of Object.entries(value)) walk(item, [...path, key]);
      return;
    }
    const key = path.join('.');
    rows.push({ key, value, origins: origins.get(key) ?? [{ layer: 'defaults' }] });
  };
  walk(config as unknown as Json, []);
  return rows;
}

/** `project .claude-sessionrc.json:4:5` or `preset team:6:5`, for people. */
export function originText(origin: ExplainedValue['origins'][number]): string {
  if (!('label' in origin)) return origin.layer;
  const place = [origin.label, origin.line, origin.column].filter((part) => part !== undefined).join(':');
  return origin.layer === 'preset' ? place : `${origin.layer} ${place}`;
}
