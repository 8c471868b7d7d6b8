# Debian, since the native part of the Temporal SDK is built for glibc.
FROM node:24.21.0-trixie AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
# Of the optional packages only the compiler of the workflow bundle runs here (@swc/core-…, which --omit=optional would
# leave out as well); our own belong to the local start. Of the SDK's five binaries one fits this machine.
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund \
  && npm pkg delete optionalDependencies \
  && npm prune --omit=dev --ignore-scripts --no-audit --no-fund \
  && find node_modules/@temporalio/core-bridge/releases -mindepth 1 -maxdepth 1 \
       ! -name "$(uname -m)-unknown-linux-gnu" -exec rm -r {} +

FROM node:24.21.0-trixie-slim
# Why these limits: local/node-options.ts. A container with less memory needs lower ones.
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8080 NODE_OPTIONS="--max-old-space-size=1024 --max-semi-space-size=16"
WORKDIR /app
# The Temporal SDK trusts the certificates of the system, of which the slim image has none.
COPY --from=dependencies /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=dependencies /app/node_modules ./node_modules
# The lock file too: the bundled workflow is known by it.
COPY package.json package-lock.json ./
COPY workflows ./workflows
COPY activities ./activities
COPY src ./src
# Here, since the user of the container can keep nothing: it starts sooner, and an image without a part of it is none.
RUN node -e "import('./src/temporal/index.ts').then(({ bundleWorkflows }) => bundleWorkflows())"
USER node
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/actuator/health/liveness`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "src/main.ts"]
