import { type RequestHandler, Router } from 'express';
import { createApiPage } from './api-page.ts';
import { type DashboardOptions, createDashboard } from './dashboard.ts';

/** What people open in a browser: the dashboard and the page of the API. Both stand outside the documented operations. */
export function createPages(options: DashboardOptions): RequestHandler {
  const pages = Router({ caseSensitive: true, strict: true });
  pages.use(createApiPage(), createDashboard(options));
  return pages;
}
