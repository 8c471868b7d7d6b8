import type { Change } from './json-differences.ts';

/** Places in which our OpenAPI document may differ from the recorded one, and why it does. */
export interface Allowed {
  readonly change: Change;
  /** Keys separated by blanks; `*` is any one key, a list in brackets one of several. */
  readonly paths: readonly string[];
  readonly why: string;
}

const STREAM = 'components schemas compensation.execution_failed.ExecutionFailedAggregatedDomainEventStream';

/** All of them; one that does not occur any more has to go. */
export const ALLOWED: readonly Allowed[] = [
  {
    change: 'added',
    paths: ['paths * * responses 403', 'components responses wow.CommandIllegalAccessOwnerAggregate'],
    why: 'The original answers 403 to a command for a record of another owner, and does not say so.',
  },
  {
    change: 'added',
    paths: ['paths * * responses [413|415]', 'components responses wow.PayloadTooLarge'],
    why: 'Bodies are limited, and a content type that is not JSON is told from JSON that is broken.',
  },
  {
    change: 'added',
    paths: ['paths * * responses 503', 'components responses wow.ServiceUnavailable'],
    why: 'Postgres and Temporal can be away for a while; a health endpoint that says DOWN answers 503.',
  },
  {
    change: 'added',
    paths: ['paths * * responses 409', 'components responses wow.SourcingVersionConflict'],
    why: 'Events that do not follow one another are a conflict (contract 1.6), which the original does not declare.',
  },
  {
    change: 'added',
    paths: ['paths * * responses 429'],
    why: 'Only so many queries are answered at a time, and so many readers of the feed; the original means it for a count.',
  },
  {
    change: 'added',
    paths: ['paths * * responses [400|404|406|408]', 'components responses wow.NotAcceptable'],
    why: 'Answers that the original gives as well, and does not declare on every operation that gives them.',
  },
  {
    change: 'added',
    paths: [
      'components responses [wow.CommandTooManyRequests|wow.TooManyRequests] headers Retry-After',
      'components headers redress.Retry-After',
    ],
    why: 'Answers 429 and 503 say when to try again.',
  },
  {
    change: 'removed',
    paths: [
      'components responses [wow.CommandBadRequest|wow.CommandNotFound|wow.CommandTooManyRequests|wow.CommandRequestTimeout] content application/json schema $ref',
    ],
    why: 'Where the next entry adds a choice.',
  },
  {
    change: 'added',
    paths: [
      'components responses [wow.CommandBadRequest|wow.CommandNotFound|wow.CommandTooManyRequests|wow.CommandRequestTimeout] content application/json schema anyOf',
      'components responses wow.CommandOk content text/event-stream schema anyOf 1 $ref',
    ],
    why: 'A command that fails before there is one is answered with an error body and not with a result, by the original too (contract 1.5).',
  },
  {
    change: 'removed',
    paths: ['components responses wow.CommandOk content text/event-stream schema anyOf 1 [type|description|title]'],
    why: 'The frame of an error holds an error body, no text.',
  },
  {
    change: 'added',
    paths: ['paths * put parameters 15', 'components parameters redress.Redress-Attempt'],
    why: 'Reports may say which attempt they are about.',
  },
  {
    change: 'added',
    paths: [`${STREAM} properties body items anyOf [7|8|9]`],
    why: 'Records are deleted, recovered and tagged by events too; the original leaves them out of the description.',
  },
  {
    change: 'added',
    paths: [
      'paths [/metrics|/redress/feed|/redress/targets]',
      'components schemas [redress.TargetReport|redress.Target|redress.TargetCounts]',
      'components parameters [redress.feed.event|redress.feed.context|redress.feed.processor|redress.feed.function|redress.feed.from|redress.feed.after|redress.feed.Last-Event-ID]',
    ],
    why: 'Ours.',
  },
  {
    change: 'added',
    paths: ['paths /wow/bi/script get'],
    why: 'The script of 6.0.9, which 8.10.10 does not give any more.',
  },
  {
    change: 'removed',
    paths: ['paths /wow/bi/script post responses [500|502|503|504]'],
    why: 'No catalog of ClickHouse is looked at, so that none can fail.',
  },
  {
    change: 'removed',
    paths: [
      'paths [/actuator/cosid/{name}|/actuator/cosidGenerator/{name}|/actuator/cosidStringGenerator/{name}] * responses 404',
      'paths /actuator/cosid/{name} delete responses 204',
    ],
    why: 'A generator that there is not is answered 400, and one that is removed 200 with what it was, by the original too.',
  },
  {
    change: 'added',
    paths: ['paths /actuator/cosid/{name} delete responses 200'],
    why: 'See above.',
  },
  {
    change: 'changed',
    paths: [
      'paths [/actuator/cosidStringGenerator|/actuator/cosidStringGenerator/{name}] get responses 200 content * schema type',
    ],
    why: 'An id is text.',
  },
  {
    change: 'changed',
    paths: ['info [title|description|version]', 'servers 0 [url|description]'],
    why: 'This is Redress; and it is found wherever the document came from, behind any proxy.',
  },
  {
    change: 'removed',
    paths: ['info contact', 'info license url', 'tags 0 externalDocs'],
    why: "The original's maker, licence and framework.",
  },
  {
    change: 'added',
    paths: ['info license identifier', 'tags 3', 'tags 1 description'],
    why: 'Our licence; the tag of our own operations; and what the biggest group is about.',
  },
  {
    change: 'removed',
    paths: ['paths * * [description|parameters]', 'paths * * responses 200 content'],
    why: 'The original writes what is empty: "", [] and {}.',
  },
  {
    change: 'added',
    paths: [
      'paths * * responses 200 description',
      'paths * * requestBody description',
      'components responses wow.CountQuery description',
    ],
    why: 'OpenAPI demands a description of every response; that of a body says what it is for.',
  },
  {
    change: 'changed',
    paths: ['paths * * responses * description', 'components responses wow.CommandOk description'],
    why: 'Prose for people: here the summary of the operation, or what the answer means.',
  },
  {
    change: 'removed',
    paths: [
      `components schemas [compensation.execution_failed.ExecutionFailedAggregatedDomainEventStream|compensation.execution_failed.ExecutionFailedStateSnapshot|compensation.execution_failed.ExecutionFailedStateStateEvent|wow.api.modeling.AggregateId|wow.api.query.ConditionOptions] $schema`,
    ],
    why: 'It names the dialect that every schema of OpenAPI 3.1 has, and belongs to the root of a schema.',
  },
  {
    change: 'changed',
    paths: [
      'components schemas [compensation.execution_failed.ExecutionFailedAggregatedDomainEventStream|compensation.execution_failed.ExecutionFailedStateStateEvent] properties header properties command_wait_endpoint format',
    ],
    why: 'JSON Schema has a format "uri"; what some validators know as "url" has no room for an address such as 127.0.0.1.',
  },
  {
    change: 'changed',
    paths: [
      'components schemas [wow.api.query.Condition|compensation.execution_failed.ExecutionFailedAggregatedCondition] properties [children|options] default',
      'components schemas [wow.api.query.ListQuery|wow.api.query.PagedQuery|compensation.execution_failed.ExecutionFailedAggregatedListQuery|compensation.execution_failed.ExecutionFailedAggregatedPagedQuery|compensation.execution_failed.ExecutionFailedAggregatedSingleQuery] properties [sort|limit] default',
      'components schemas wow.api.query.Pagination properties [index|size] default',
      'components schemas wow.api.query.Projection properties [include|exclude] default',
    ],
    why: 'A default is a value of the type: [] and not the text "[]".',
  },
  {
    change: 'changed',
    paths: ['components parameters wow.createTime schema format'],
    why: 'Epoch milliseconds need 64 bits, and are read as such by the original too.',
  },
];
