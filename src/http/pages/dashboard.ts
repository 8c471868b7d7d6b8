import { realpath, stat } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';
import express, { type RequestHandler, type Response, Router } from 'express';
import { RequestError } from '../request-error.ts';
import { explainMethods } from '../wrong-method.ts';
import { createStartPage } from './start-page.ts';

export interface DashboardOptions {
  /** Of a built dashboard; null: there is none. */
  readonly dashboardDir: string | null;
  readonly temporalUiUrl: string | null;
}

/** The pages of the dashboard (contract 11.3): which of them is shown is its own business. */
const PAGES = ['/', '/to-retry', '/executing', '/next-retry', '/non-retryable', '/succeeded', '/unrecoverable'];

const INDEX = 'index.html';

/** Files whose name changes with their content, as bundlers name them: `index-BwZ3k9_Q.js`. */
const HASHED = /[-.][\w-]{8,}\.\w+$/;

/** Serves a dashboard; without one, a page that says what is here. */
export function createDashboard({ dashboardDir, temporalUiUrl }: DashboardOptions): RequestHandler {
  const dashboard = Router({ caseSensitive: true, strict: true });
  const folder = dashboardDir === null ? null : resolve(dashboardDir);
  dashboard.get(PAGES, folder === null ? createStartPage(temporalUiUrl) : indexPage(folder));
  dashboard.all(PAGES, explainMethods(['GET', 'HEAD']));
  if (folder !== null) {
    dashboard.use(
      filesWithin(folder),
      express.static(folder, { index: false, redirect: false, cacheControl: false, setHeaders: setCaching }),
    );
  }
  return dashboard;
}

const indexPage =
  (folder: string): RequestHandler =>
  (_request, response, next) => {
    const options = { root: folder, cacheControl: false, headers: { 'Cache-Control': 'no-cache' } };
    response.sendFile(INDEX, options, (error?: Error & { status?: number }) => {
      if (error === undefined || response.headersSent) return;
      const isMissing = error.status === 404;
      next(isMissing ? new RequestError('IllegalState', `${INDEX} not found in ${folder}`) : error);
    });
  };

/** Lets regular files of the folder through: a link may lead anywhere, and a pipe never comes to its end. */
const filesWithin =
  (folder: string): RequestHandler =>
  async (request, _response, next) => {
    next((await isFileWithin(folder, request.path)) ? undefined : 'router');
  };

async function isFileWithin(folder: string, path: string): Promise<boolean> {
  try {
    const [root, file] = await Promise.all([realpath(folder), realpath(join(folder, decodeURIComponent(path)))]);
    return file.startsWith(root + sep) && (await stat(file)).isFile();
  } catch {
    // What cannot be looked at cannot be sent either, and is not there for whoever asks.
    return false;
  }
}

/** A file that never changes need not be asked for again; any other is asked for, and sent if it is newer. */
function setCaching(response: Response, path: string): void {
  const caching =
    /[/\\]assets[/\\]/.test(path) && HASHED.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache';
  response.setHeader('Cache-Control', caching);
}
