import { isIP } from 'node:net';
import { z } from 'zod';

/** A whole number between two bounds, both included. */
export function wholeNumber(min: number, max: number) {
  const error = mustBe(`a whole number from ${min} to ${max}`);
  return z
    .string()
    .regex(/^\d{1,10}$/, { error })
    .transform(Number)
    .pipe(z.number().min(min, { error }).max(max, { error }));
}

/** For how long something is kept: days in milliseconds, or null for ever. */
export const keptFor = z
  .string()
  .regex(/^(off|[1-9]\d{0,4}d)$/, { error: mustBe('off, or a number of days such as 30d') })
  .transform((text) => (text === 'off' ? null : Number.parseInt(text) * 86_400_000));

/** One of a few words. */
export function oneOf<const Words extends readonly string[]>(words: Words) {
  return z.enum(words, { error: mustBe(`one of ${words.join(', ')}`) });
}

/** A switch, spelt with two words of which the first means true. */
export function either(yes: string, no: string) {
  return z.enum([yes, no], { error: mustBe(`${yes} or ${no}`) }).transform((word) => word === yes);
}

/** A comma-separated list of a few words, at least one of them. */
export function someOf<const Words extends readonly string[]>(words: Words) {
  const error = mustBe(`a comma-separated list of ${words.join(', ')}`);
  return z
    .string()
    .transform(splitList)
    .pipe(z.array(z.enum(words, { error })).min(1, { error }))
    .transform((list): ReadonlySet<Words[number]> => new Set(list));
}

/** A time zone of the IANA database. */
export const timeZone = z.string().refine(isTimeZone, { error: mustBe('a time zone such as UTC or Europe/Berlin') });

/** A host name or an IP address, without scheme, port and brackets. */
export const host = z
  .string()
  .refine(isHost, { error: mustBe('a host name or an IP address without scheme and port') });

/** Hosts as `URL.hostname` spells them, so that they can be compared with it. */
export const hostList = z
  .string()
  .transform(splitList)
  .pipe(z.array(host))
  .transform((hosts): ReadonlySet<string> => new Set(hosts.map(hostInUrl)));

/** Addresses of servers, each `host:port`, at least one of them. */
export const addressList = z
  .string()
  .refine((text) => splitList(text).length > 0 && splitList(text).every(isAddress), {
    error: mustBe('a comma-separated list of addresses such as kafka-1.internal:9092'),
  })
  .transform(splitList);

/** A name as Kafka takes it for topics, or a part of one. */
export const kafkaName = z
  .string()
  .regex(/^[\w.-]{1,200}$/, { error: mustBe('letters, digits, "_", "-" and ".", at most 200') });

/** An http or https address to which paths are appended: without a slash at its end. */
export const baseUrl = z
  .string()
  .refine(isBaseUrl, {
    error:
      'is not an address that can be used: it must be an http or https URL without user, query and fragment, ' +
      'e.g. https://redress.example.com',
  })
  .transform((text) => new URL(text).href.replace(/\/+$/, ''));

const DATABASE_URL_EXAMPLE = 'postgresql://USER:PASSWORD@HOST:5432/DATABASE';

/** Where Postgres is. The errors do not show the value: it holds a password. */
export const databaseUrl = z
  .string({ error: `is not set: give the Postgres database of the records, e.g. ${DATABASE_URL_EXAMPLE}` })
  .refine((text) => URL.canParse(text) && /^postgres(ql)?:$/.test(new URL(text).protocol), {
    error:
      `is not the URL of a Postgres database: it must look like ${DATABASE_URL_EXAMPLE}, ` +
      'with special characters of the password percent-encoded',
  });

/** A host as it stands in a URL: lower case, IPv6 addresses in brackets and in their short form. */
export function hostInUrl(text: string): string {
  return new URL(`http://${isIP(text) === 6 ? `[${text}]` : text}`).hostname;
}

function isHost(text: string): boolean {
  return isIP(text) !== 0 || (/^[\w-]+(\.[\w-]+)*\.?$/.test(text) && URL.canParse(`http://${text}`));
}

function isAddress(text: string): boolean {
  const [, name = '', port = ''] = /^(.+):(\d{1,5})$/.exec(text) ?? [];
  return isHost(name.replace(/^\[(.+)\]$/, '$1')) && Number(port) >= 1 && Number(port) <= 65_535;
}

function isTimeZone(text: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

function isBaseUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, search, hash } = new URL(text);
  return /^https?:$/.test(protocol) && [username, password, search, hash].every((part) => part === '');
}

function splitList(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

/** What zod says in place of its own words: what was given, and what would be right. */
function mustBe(right: string) {
  return ({ input }: { readonly input?: unknown }) => `is ${JSON.stringify(input)}: it must be ${right}`;
}
