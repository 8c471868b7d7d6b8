import type { Expectation, Expected } from '../expectation.ts';
import { ABSENT } from '../pairs.ts';
import { isGeneratedId } from '../renaming.ts';
import { error } from './answers.ts';
import { named } from './which.ts';

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null;

/** What Redress stands on in place of what the original stands on. */
const HEALTH = (components: string): Record<string, Expected> => ({
  [`${components}.mongo`]: ABSENT,
  [`${components}.redis`]: ABSENT,
  [`${components}.ssl`]: ABSENT,
  [`${components}.db`]: {
    status: 'UP',
    details: { database: 'PostgreSQL', validationQuery: /^select /, version: /^\d+(\.\d+)*/ },
  },
  [`${components}.temporal`]: { status: 'UP', details: { namespace: /./ } },
  [`${components}.feed`]: { status: 'UP', details: isObject },
  [`${components}.engagement`]: { status: 'UP', details: isObject },
  [`${components}.worker`]: { status: 'UP', details: { state: 'RUNNING' } },
});

/** Of what operators look at. */
export const ACTUATOR: readonly Expectation[] = [
  {
    row: 'another method on `/actuator/…`',
    about: named('actuator/post-health'),
    ours: { 'headers.allow': 'GET,HEAD,OPTIONS' },
  },
  {
    row: 'components of `/actuator/health`',
    about: named(
      'actuator/get/health',
      'actuator/get/health/',
      'actuator/health-accept-application/json',
      'actuator/health-accept-*/*',
    ),
    ours: HEALTH('body.components'),
  },
  {
    row: 'components of `/actuator/health`',
    about: named('actuator/health-accept-application/vnd.spring-boot.actuator.v2+json'),
    ours: HEALTH('body.details'),
  },
  {
    row: 'components of `/actuator/health`',
    about: named('actuator/get/health/mongo', 'actuator/get/health/redis', 'actuator/get/health/ssl'),
    ours: { status: 404, 'headers.content-type': ABSENT, body: '' },
  },
  {
    row: '`/actuator/cosidGenerator`',
    about: named('actuator/get/cosidGenerator'),
    ours: error(
      400,
      'BadRequest',
      'There is no shared generator of numbers: GET /actuator/cosidStringGenerator gives an id as text.',
    ),
  },
  {
    row: '`/actuator/cosidGenerator`',
    about: named('actuator/get/cosidGenerator/cosid'),
    ours: error(400, 'BadRequest', 'CosIdGenerator does not support the generation of long IDs!'),
  },
  {
    row: '`/actuator/cosidStringGenerator`',
    about: named('actuator/get/cosidStringGenerator'),
    ours: {
      status: 200,
      'headers.content-type': 'application/vnd.spring-boot.actuator.v3+json;charset=UTF-8',
      'headers.wow-error-code': ABSENT,
      body: isGeneratedId,
    },
  },
];
