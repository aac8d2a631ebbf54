import * as http from 'node:http';
import type { AddressInfo } from 'node:net';

/** How the double answers one request; the default is 200 with the body `ok`. */
export interface SlackAnswer {
  status?: number;
  body?: string;
  headers?: Record<string, string>;
  delayMs?: number;
  /** Takes the request and closes the connection without an answer. */
  hangUp?: boolean;
}

export interface SlackRequest {
  /** When it had arrived whole, milliseconds since 1970. */
  time: number;
  method: string;
  path: string;
  headers: http.IncomingHttpHeaders;
  body: string;
  /** Status of the answer; 0 where there was none. */
  status: number;
}

export interface FakeSlack {
  /** The webhook's address, with a path that looks like a real one. */
  url: string;
  /** For CLAUDE_HOOKS_WEBHOOK_HOSTS. */
  host: string;
  /** What a process needs to reach it. */
  env: { SLACK_WEBHOOK: string; CLAUDE_HOOKS_WEBHOOK_HOSTS: string };
  requests: SlackRequest[];
  /** Requests answered with 200 and `ok`. */
  accepted(): SlackRequest[];
  /** Answers for the next requests, one each; after them every request is accepted. */
  script(...answers: SlackAnswer[]): void;
  /** Decides every answer from now on; `index` counts from 0 over all requests. */
  answerWith(decide: (index: number) => SlackAnswer): void;
  /** Waits until `count` messages were accepted. @throws Error when the limit passes before. */
  waitForAccepted(count: number, timeoutMs?: number): Promise<SlackRequest[]>;
  close(): Promise<void>;
}

/** A double of Slack's incoming webhooks on loopback. */
export async function startFakeSlack(): Promise<FakeSlack> {
  const requests: SlackRequest[] = [];
  const scripted: SlackAnswer[] = [];
  let decide: ((index: number) => SlackAnswer) | undefined;
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('error', () => {});
    request.on('end', () => {
      const answer = scripted.shift() ?? decide?.(requests.length) ?? {};
      const status = answer.hangUp === true ? 0 : (answer.status ?? 200);
      requests.push({
        time: Date.now(),
        method: request.method ?? '',
        path: request.url ?? '',
        headers: request.headers,
        body: Buffer.concat(chunks).toString('utf8'),
        status,
      });
      const finish = (): void => {
        if (answer.hangUp === true) response.destroy();
        else {
          response.writeHead(status, { 'content-type': 'text/html', ...answer.headers });
          response.end(answer.body ?? (status === 200 ? 'ok' : 'error'));
        }
      };
      if (answer.delayMs === undefined) finish();
      else setTimeout(finish, answer.delayMs);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const url = `http://${host}/services/T0FAKE000/B0FAKE000/${'fakeFakeFAKE'.repeat(2)}`;
  const accepted = (): SlackRequest[] => requests.filter((request) => request.status === 200);
  return {
    url,
    host,
    env: { SLACK_WEBHOOK: url, CLAUDE_HOOKS_WEBHOOK_HOSTS: host },
    requests,
    accepted,
    script: (...answers) => void scripted.push(...answers),
    answerWith: (next) => {
      decide = next;
    },
    async waitForAccepted(count, timeoutMs = 20_000) {
      const deadline = Date.now() + timeoutMs;
      while (accepted().length < count) {
        if (Date.now() > deadline)
          throw new Error(`${accepted().length} of ${count} messages after ${timeoutMs} ms`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      return accepted();
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
