# The service with its supervisor and nothing else: PostgreSQL, Redis and the bucket are named by their URLs
# (DATABASE_URL, REDIS_URL, STORAGE_URL). Node.js runs the TypeScript as it is; only the pages are built.

# The optional @napi-rs/webcodecs (67 MB) decodes the frames of videos, and holds an FFmpeg with x264 and x265. For an
# image that you pass on to others, where the GPL would be yours to keep, add to the line:
#   && rm -rf node_modules/@napi-rs/webcodecs*
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

# `--target backup`: copies of the database, and how they are restored (`node src/backup/restoreCommand.ts`). PostgreSQL's
# own programs must not be older than the server. Node.js is one file, and runs on any Debian.
FROM postgres:18 AS backup
ENV NODE_ENV=production
COPY --from=dependencies /usr/local/bin/node /usr/local/bin/node
WORKDIR /app
COPY --from=dependencies /app/node_modules ./node_modules
COPY package.json ./
COPY src ./src
RUN install -d -o postgres -g postgres /backups
USER postgres
ENTRYPOINT []
CMD ["node", "src/backup/backupCommand.ts"]

FROM node:24-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000 METRICS_PORT=9091 DATA_DIR=/data
WORKDIR /app
COPY --from=dependencies /app/node_modules ./node_modules
COPY package.json ./
COPY migrations ./migrations
COPY src ./src
COPY --from=pages /app/dist ./dist

# A user that owns none of these files, and a folder for what a machine keeps for itself: a trust list that it fetched,
# models, a key for reports where none is configured.
RUN install -d -o node -g node /data
USER node
EXPOSE 3000 9091

# It lives, not: it is ready. A database that is away is no reason to end a container. It holds for both roles.
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).then(r => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]

# No shell in between: as process 1, or below an init (`docker run --init`), the supervisor hears SIGTERM, lets the
# service drain (SHUTDOWN_MS, 45 s) and exits 0. Give it that time: `docker stop --time 60`.
STOPSIGNAL SIGTERM
CMD ["node", "src/server.ts"]
