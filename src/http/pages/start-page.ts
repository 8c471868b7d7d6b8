import type { RequestHandler } from 'express';
import { writeAnswer } from '../answer.ts';

const STYLE =
  'body{font:16px/1.5 system-ui,sans-serif;max-width:40rem;margin:4rem auto;padding:0 1rem;color-scheme:light dark}';

/** Stands where a dashboard would: says what this is, and leads on. `id` in the query is the record that a link was meant for. */
export function createStartPage(temporalUiUrl: string | null): RequestHandler {
  return (request, response) => {
    const { id } = request.query;
    const record = typeof id === 'string' && id !== '' ? `/execution_failed/${encodeURIComponent(id)}/snapshot` : null;
    const links = [
      { href: record, text: 'The failed execution that you followed a link to' },
      { href: '/swagger-ui.html', text: 'The API, to read and to try' },
      { href: '/actuator/health', text: 'How it is doing' },
      { href: '/metrics', text: 'Its numbers, for Prometheus' },
      { href: temporalUiUrl, text: 'The workflows, in the Temporal Web UI' },
    ];
    writeAnswer(response, { kind: 'text', contentType: 'text/html;charset=UTF-8', text: render(links) });
  };
}

/** What leads nowhere is left out. */
function render(links: readonly { readonly href: string | null; readonly text: string }[]): string {
  const items = links.flatMap(({ href, text }) =>
    href === null ? [] : [`<li><a href="${escapeHtml(href)}">${text}</a></li>`],
  );
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Redress</title><style>${STYLE}</style></head>
<body>
<h1>Redress</h1>
<p>Records failed executions of event handlers, retries them on time, and lets people see and steer the recovery.</p>
<ul>
${items.join('\n')}
</ul>
<p>No dashboard is installed: set <code>DASHBOARD_DIR</code> to the folder of a built one, and it is served here.</p>
</body>
</html>
`;
}

const escapeHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
