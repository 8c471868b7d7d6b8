import { type MediaRange, parseMediaRange } from './media-type.ts';

/** What came of a negotiation: a media type; or nothing, because none was named or because all were refused by `q=0`. */
export type Negotiated<MediaType extends string> = MediaType | 'none named' | 'all refused';

const ENTRIES = /(?:[^,"]|"(?:\\.|[^"\\])*"?)+/g;

interface Candidate<MediaType> {
  readonly mediaType: MediaType;
  readonly quality: number;
  readonly specificity: number;
  readonly position: number;
}

/**
 * The media type of `produces` that a caller wants most (contract 1.2): by quality, then by how exactly it is named, then
 * by its place in the header, then by its place in `produces`. Parameters of media types are not looked at.
 * @throws RequestError for a header that is malformed
 */
export function negotiate<MediaType extends string>(
  accept: string | undefined,
  produces: readonly [MediaType, ...MediaType[]],
): Negotiated<MediaType> {
  const ranges = (accept?.match(ENTRIES) ?? [])
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
    .map(parseMediaRange);
  if (ranges.length === 0) return produces[0];
  const named = produces.flatMap((mediaType) => candidate(mediaType, ranges) ?? []);
  if (named.length === 0) return 'none named';
  const [best] = named.filter(({ quality }) => quality > 0).sort(byPreference);
  return best?.mediaType ?? 'all refused';
}

/** How the range that fits best speaks of a media type. */
function candidate<MediaType extends string>(
  mediaType: MediaType,
  ranges: readonly MediaRange[],
): Candidate<MediaType> | undefined {
  const { type, subtype } = parseMediaRange(mediaType);
  return ranges
    .map((range, position) => ({ mediaType, quality: range.quality, specificity: specificity(range), position, range }))
    .filter(
      ({ range }) =>
        (range.type === '*' || range.type === type) && (range.subtype === '*' || range.subtype === subtype),
    )
    .sort((a, b) => b.specificity - a.specificity || a.position - b.position)[0];
}

const specificity = ({ type, subtype }: MediaRange): number => (type === '*' ? 0 : subtype === '*' ? 1 : 2);

const byPreference = (a: Candidate<string>, b: Candidate<string>): number =>
  b.quality - a.quality || b.specificity - a.specificity || a.position - b.position;
