# The compiled service with production dependencies only. It does not write to its file system, so run
# it read-only. Settings are environment variables.
FROM node:24.21.0-bookworm-slim AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
# None of the packages needs its install script.
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json tsconfig.examples.json ./
COPY scripts/build.mjs scripts/
COPY schemas schemas
COPY src src
COPY web web
COPY examples/plugins examples/plugins
RUN npm run build && npm prune --omit=dev --ignore-scripts --no-audit --no-fund

FROM node:24.21.0-bookworm-slim
ARG VERSION=0.2.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="inventory-events" \
      org.opencontainers.image.description="React to inventory events from Kafka with small plugins." \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.base.name="docker.io/library/node:24.21.0-bookworm-slim"
ENV NODE_ENV=production
WORKDIR /app
COPY package.json LICENSE ./
COPY bin bin
COPY schemas schemas
COPY --from=build /build/node_modules node_modules
COPY --from=build /build/dist dist
# Numeric, so that Kubernetes can verify that it is not root. It owns no files.
USER 10001:10001
EXPOSE 8070 8080 8090
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.HTTP_PORT || 8080}/livez`, { signal: AbortSignal.timeout(4000) }).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
# No npm or shell in between, so that SIGTERM reaches the service, which drains and commits.
ENTRYPOINT ["node", "/app/bin/inventory-events.js"]
CMD ["serve"]
