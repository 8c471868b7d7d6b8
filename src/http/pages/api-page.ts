import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import express, { type Request, type RequestHandler, Router } from 'express';
import { writeAnswer } from '../answer.ts';
import { explainMethods } from '../wrong-method.ts';

const require = createRequire(import.meta.url);
/** The folder of Swagger UI, whose files are served from here: no browser has to reach another server. */
const SWAGGER_UI = dirname(require.resolve('swagger-ui-dist/package.json'));

/** What of it the page needs; the rest is for those who build with it. */
const FILES: ReadonlySet<string> = new Set([
  '/index.html',
  '/index.css',
  '/swagger-ui.css',
  '/swagger-ui-bundle.js',
  '/swagger-ui-standalone-preset.js',
  '/favicon-16x16.png',
  '/favicon-32x32.png',
  '/oauth2-redirect.html',
  '/oauth2-redirect.js',
]);

const DOCUMENT = '/v3/api-docs';
const CONFIG = `${DOCUMENT}/swagger-config`;
const PAGE = '/swagger-ui.html';
/** Where the files are; the second is kept for old bookmarks (contract 11.1 and its correction). */
const FOLDERS = ['/swagger-ui', '/webjars/swagger-ui'];

/** Starts the page with our document, and without sending it to a validator elsewhere. */
const INITIALIZER = `window.onload = function () {
  window.ui = SwaggerUIBundle({
    url: '${DOCUMENT}',
    dom_id: '#swagger-ui',
    deepLinking: true,
    validatorUrl: null,
    presets: [SwaggerUIBundle.presets.apis, SwaggerUIStandalonePreset],
    layout: 'StandaloneLayout',
  });
};
`;

/** The page on which people read the API and try it. */
export function createApiPage(): RequestHandler {
  const page = Router({ caseSensitive: true, strict: true });
  page.get(PAGE, (_request, response) => {
    response.redirect(302, '/swagger-ui/index.html');
  });
  page.get(CONFIG, (request, response) => {
    writeAnswer(response, { kind: 'json', status: 200, body: swaggerConfig(request), errorCode: null });
  });
  page.all([PAGE, CONFIG], explainMethods(['GET', 'HEAD']));
  page.get(
    FOLDERS.map((folder) => `${folder}/swagger-initializer.js`),
    (_request, response) => {
      response.setHeader('Cache-Control', 'no-cache');
      writeAnswer(response, { kind: 'text', contentType: 'text/javascript;charset=UTF-8', text: INITIALIZER });
    },
  );
  const files = express.static(SWAGGER_UI, { index: false, redirect: false });
  page.use(FOLDERS, (request, response, next) => {
    if (FILES.has(request.path)) files(request, response, next);
    else next();
  });
  return page;
}

/** What springdoc tells Swagger UI, for tools that ask for it. */
function swaggerConfig(request: Request) {
  const origin = `${request.protocol}://${request.get('Host') ?? ''}`;
  return {
    configUrl: CONFIG,
    oauth2RedirectUrl: `${origin}/swagger-ui/oauth2-redirect.html`,
    url: DOCUMENT,
    validatorUrl: '',
  };
}
