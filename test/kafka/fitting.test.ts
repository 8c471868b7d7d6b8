import { describe, expect, it } from 'vitest';
import { fit } from '../../src/kafka/fitting.ts';
import { EVENT_STREAM_MESSAGE, STATE_EVENT_MESSAGE } from '../../src/kafka/wire/index.ts';
import { ONE_LIFE, asSent } from './one-life.ts';

const MAX = 1_048_576;

/** The created state event, whose two traces have `lines` lines. */
function withTrace(lines: number) {
  const trace = ['Error: at the top', ...Array<string>(lines).fill('\tat some.Place'), 'Caused by: the root'].join(
    '\n',
  );
  const text = JSON.stringify(asSent(ONE_LIFE.createdState)).replaceAll(
    /"stackTrace":"(\\.|[^"\\])*"/g,
    `"stackTrace":${JSON.stringify(trace)}`,
  );
  return JSON.parse(text) as object;
}

/** The value of a record of the state event, read again. */
function fitted(message: object, room: number) {
  const result = fit('state', message, room);
  if (!result.ok) throw new Error(result.reason);
  return { result, message: STATE_EVENT_MESSAGE.parse(JSON.parse(result.value)) };
}

describe('a message', () => {
  it('goes as it is where there is room, without the size that only we note', () => {
    const message = { ...asSent(ONE_LIFE.created), size: 1 };
    const result = fit('event', message, MAX);
    expect(result).toMatchObject({ ok: true, key: '0VbmUhk0000C005', createTime: 1795420800040 });
    expect(result.ok && JSON.parse(result.value)).toEqual(asSent(ONE_LIFE.created));
  });

  it('has its stack traces cut in their middle, until it fits', () => {
    for (const room of [200_000, 20_000, 6_000]) {
      const { result, message } = fitted(withTrace(20_000), room);
      expect(Buffer.byteLength(result.value) + Buffer.byteLength(result.key)).toBeLessThanOrEqual(room);
      for (const { stackTrace } of [message.state.error, (message.body[0]?.body as typeof message.state).error]) {
        expect(stackTrace).toMatch(/^Error: at the top\n[^]* bytes are left out here …\n[^]*Caused by: the root$/);
        expect(stackTrace.length).toBeGreaterThan(room / 16);
      }
    }
  });

  it('loses nothing else to that', () => {
    const { message } = fitted(withTrace(20_000), 20_000);
    const cut = JSON.parse(JSON.stringify(message)) as typeof message;
    const same = withTrace(0);
    const withoutTraces = (value: unknown): unknown =>
      JSON.parse(JSON.stringify(value, (key, inner: unknown) => (key === 'stackTrace' ? '' : inner)));
    expect(withoutTraces(cut)).toEqual(withoutTraces(same));
  });

  it('is refused where it does not fit whatever is cut, and says by how much', () => {
    const result = fit('event', asSent(ONE_LIFE.created), 500);
    expect(result).toMatchObject({
      ok: false,
      reason: expect.stringMatching(/^too large: \d+ bytes.* limit of 500$/) as string,
    });
  });

  it('is refused where Wow could not read it, and says which field is wrong', () => {
    const { requestId: _id, ...message } = EVENT_STREAM_MESSAGE.parse(asSent(ONE_LIFE.created));
    expect(fit('event', message, MAX)).toMatchObject({
      ok: false,
      reason: expect.stringContaining('requestId: ') as string,
    });
  });
});
