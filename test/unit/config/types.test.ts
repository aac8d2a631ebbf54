import { expectTypeOf, it } from 'vitest';
import type * as z from 'zod';
import type { Config, ConfigInput } from '../../../src/config/config.ts';
import type { configSchema } from '../../../src/config/schema.ts';

// Checked by the compiler (npm run types): the written-out types are the schema's own.
it('the published types are those of the schema', () => {
  expectTypeOf<z.output<typeof configSchema>>().toEqualTypeOf<Config>();
  expectTypeOf<z.input<typeof configSchema>>().toEqualTypeOf<ConfigInput>();
});
