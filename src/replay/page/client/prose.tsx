import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { Marked } from './parts.tsx';

/** Shown at once; the rest on demand. */
const FIRST = 12_000;

/** What somebody wrote: code between fences as such, the rest as it is, with `code` and **strong** words. */
export function Prose({ text, matcher }: { text: string; matcher: RegExp | undefined }) {
  const [all, setAll] = useState(false);
  const shown = all ? text : text.slice(0, FIRST);
  const parts = shown.split(/^(```[^\n`]*\n[\s\S]*?(?:^```[ \t]*$|$(?![\s\S])))/m);
  return (
    <div class="prose">
      {parts.map((part) => {
        const code = /^```[^\n`]*\n([\s\S]*?)(?:\n?^```[ \t]*)?$/m.exec(part);
        if (part.startsWith('```') && code !== null)
          return (
            <pre class="code-block">
              {
                <Marked
                  text={part.replace(/^```[^\n]*\n/, '').replace(/\n?```[ \t]*$/, '')}
                  matcher={matcher}
                />
              }
            </pre>
          );
        const trimmed = part.replace(/^\n+|\n+$/g, '');
        return trimmed === '' ? null : <div class="words">{words(trimmed, matcher)}</div>;
      })}
      {shown.length < text.length && <More left={text.length - shown.length} onPress={() => setAll(true)} />}
    </div>
  );
}

function words(text: string, matcher: RegExp | undefined): ComponentChildren[] {
  return text.split(/(`[^`\n]+`|\*\*[^*\n]+\*\*|^#{1,4} [^\n]+$)/m).map((part) => {
    if (/^`[^`\n]+`$/.test(part)) return <code>{<Marked text={part.slice(1, -1)} matcher={matcher} />}</code>;
    if (/^\*\*[^*\n]+\*\*$/.test(part))
      return <strong>{<Marked text={part.slice(2, -2)} matcher={matcher} />}</strong>;
    if (/^#{1,4} [^\n]+$/.test(part))
      return <strong>{<Marked text={part.replace(/^#+ /, '')} matcher={matcher} />}</strong>;
    return <Marked text={part} matcher={matcher} />;
  });
}

/** Output and arguments, as they are. */
export function Verbatim({
  text,
  matcher,
  failed,
}: {
  text: string;
  matcher: RegExp | undefined;
  failed?: boolean;
}) {
  const [all, setAll] = useState(false);
  const shown = all ? text : text.slice(0, FIRST);
  return (
    <>
      <pre class={failed === true ? 'verbatim failed' : 'verbatim'}>
        <Marked text={shown} matcher={matcher} />
      </pre>
      {shown.length < text.length && <More left={text.length - shown.length} onPress={() => setAll(true)} />}
    </>
  );
}

function More({ left, onPress }: { left: number; onPress(): void }) {
  return (
    <button type="button" class="link-button" onClick={onPress}>
      Show {left.toLocaleString('en')} more characters
    </button>
  );
}
