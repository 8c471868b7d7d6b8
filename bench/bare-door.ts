import express, { type ErrorRequestHandler } from 'express';
import pg from 'pg';
import { z } from 'zod';
import { CREATE, DOCUMENTS, type Documents, newId } from './create-statement.ts';

const text = z.string();
const aggregateId = z.object({ contextName: text, aggregateName: text, aggregateId: text, tenantId: text });
const BODY = z.object({
  eventId: z.object({ id: text, aggregateId, version: z.int() }),
  function: z.object({ functionKind: text, contextName: text, processorName: text, name: text }),
  error: z.object({ errorCode: text, errorMsg: text, stackTrace: text }),
  executeAt: z.int(),
  retrySpec: z.object({ maxRetries: z.int(), minBackoff: z.int(), executionTimeout: z.int() }),
  recoverable: z.enum(['RECOVERABLE', 'UNKNOWN', 'UNRECOVERABLE']),
});

const documents = JSON.parse(process.env[DOCUMENTS] ?? '') as Documents;
const pool = new pg.Pool({ connectionString: process.env['DATABASE_URL'], max: 8, statement_timeout: 2_000 });
const app = express();
app.use(express.json());

/** What a record needs at least: a body that is read, two documents as large as the product's, and its statement. */
app.post('/execution_failed/create_execution_failed', async (request, response) => {
  const body = BODY.parse(request.body);
  const [aggregateId, commandId] = [newId(), newId()];
  const ids = { aggregateId, commandId, requestId: commandId };
  const [event] = documents.stream.body;
  const stream = { ...documents.stream, ...ids, body: [{ ...event, body: { ...event.body, ...body } }] };
  const snapshot = {
    ...documents.snapshot,
    aggregateId,
    state: { ...documents.snapshot.state, id: aggregateId, ...body },
  };
  const values = [JSON.stringify(stream), JSON.stringify(snapshot), body.executeAt + 3_600_000, null, 0];
  await pool.query({ name: 'create', text: CREATE, values });
  response.json({ ...ids, aggregateVersion: 1, stage: 'PROCESSED', errorCode: 'Ok' });
});

const answerError: ErrorRequestHandler = (error: unknown, _request, response, _next) => {
  response.status(500).send(String(error));
};
app.use(answerError);

const server = app.listen(0, '127.0.0.1', () => process.send?.({ ready: true, address: server.address() }));
process.on('disconnect', () => process.exit());
