# The service with its supervisor and nothing else: PostgreSQL, Redis and the bucket are named by their URLs
# (DATABASE_URL, REDIS_URL, STORAGE_URL). Node.js runs the TypeScript as it is; only the pages are built.

FROM node:24-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --no-audit --no-fund

FROM node:24-slim AS pages
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --include=dev --ignore-scripts --no-audit --no-fund
COPY tsconfig.json ./
COPY src ./src
RUN npm run web

FROM node:24-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000 METRICS_PORT=9091
WORKDIR /app
COPY --from=dependencies /app/node_modules ./node_modules
COPY package.json ./
COPY migrations ./migrations
COPY src ./src
COPY --from=pages /app/dist ./dist

# A user that owns none of these files.
USER node
EXPOSE 3000 9091

# It lives, not: it is ready. A database that is away is no reason to end a container.
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).then(r => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]

# No shell in between: as process 1, or below an init (`docker run --init`), the supervisor hears SIGTERM, lets the
# service drain (SHUTDOWN_MS, 45 s) and exits 0. Give it that time: `docker stop --time 60`.
STOPSIGNAL SIGTERM
CMD ["node", "src/server.ts"]
