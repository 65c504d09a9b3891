import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import t from 'tap'
import { layGround, startService } from '../harness/service.ts'
import { exists, imageEnvironment, read } from './files.ts'

const dockerfile = read('Dockerfile').replaceAll('\\\n', ' ')
const stages = new Set([...dockerfile.matchAll(/^FROM \S+ AS (\w+)$/gm)].map(([, name]) => name))

t.test('the image is made of what is there, and of what the build may see', async (t) => {
  const allowed = new Set(read('.dockerignore').split('\n').filter((line) => line.startsWith('!')).map((line) => line.slice(1)))
  for (const [, from, paths = ''] of dockerfile.matchAll(/^COPY (?:--from=(\w+) )?(.*)$/gm)) {
    if (from !== undefined) t.ok(stages.has(from), from)
    else for (const path of paths.split(' ').slice(0, -1)) t.ok(exists(path) && allowed.has(path.replace('./', '')), path)
  }
  t.match(dockerfile, /^EXPOSE 3000 9091$/m)
  t.match(imageEnvironment(), { HOST: '0.0.0.0', PORT: '3000', METRICS_PORT: '9091' })
  for (const [, command = ''] of dockerfile.matchAll(/^CMD (\[.*\])$/gm)) {
    const [node, module = ''] = JSON.parse(command) as string[]
    t.equal(node, 'node')
    t.ok(exists(module), module)
  }
})

t.test('its health check tells a service that lives from one that does not, and a worker is one', async (t) => {
  const [, command = '[]'] = /^HEALTHCHECK .* CMD (\[.*\])$/m.exec(dockerfile) ?? []
  const [node, ...args] = JSON.parse(command) as string[]
  t.equal(node, 'node')
  const { app, url } = await startService(t, await layGround(t), { ROLES: 'worker' })
  const check = () => promisify(execFile)(process.execPath, args, { env: { PORT: new URL(url).port } })
  await t.resolves(check())
  await app.close()
  await t.rejects(check())
})
