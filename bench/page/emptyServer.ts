/** An empty page, served by `node:http` and nothing else. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

const page = '<!doctype html><html lang="en"><meta charset="utf-8"><title>Empty</title><link rel="icon" href="data:,"><h1>Empty</h1></html>'
const server = createServer((_request, response) => response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(page))
server.listen(0, '127.0.0.1', () => process.send?.({ address: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }))
