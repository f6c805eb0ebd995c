import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, utimesSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { gzipSync } from 'node:zlib'
import { InputError } from '../../../risk/src/cli/chainInput.ts'
import { FetchError, fetchText, withoutSecrets } from '../../src/publisher/ports/httpText.ts'
import { textSource } from '../../src/publisher/ports/textSource.ts'

describe('a source of quotes on disk', () => {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-quotes-'))
  const write = (name: string, content: string | Buffer, changed: number) => {
    const file = join(folder, name)
    writeFileSync(file, content)
    utimesSync(file, changed, changed)
    return file
  }

  it('is the newest file of a directory that is a table, gzipped or not', async () => {
    const source = textSource(folder)
    await assert.rejects(source.latest(), InputError)
    const first = write('b.csv', 'old', 1_000)
    assert.deepEqual(await source.latest(), { source: first, text: 'old' })
    write('a.json.gz', gzipSync('newer'), 2_000)
    write('c.csv.tmp', 'half', 3_000)
    mkdirSync(join(folder, 'other'))
    assert.equal((await source.latest()).text, 'newer')
    const last = write('c.csv', 'same time, later name', 2_000)
    assert.equal((await source.latest()).source, last)
  })

  it('is one file where it is no directory', async () => {
    const file = write('d.txt', 'any name', 1)
    assert.deepEqual(await textSource(file).latest(), { source: file, text: 'any name' })
    await assert.rejects(textSource(join(folder, 'nowhere')).latest(), InputError)
  })
})

describe('a source of quotes on the web', () => {
  const server = createServer((request, response) => {
    if (request.url === '/silent') return
    if (request.url === '/moved') response.setHeader('location', '/quotes?key=secret')
    response.statusCode = request.url === '/moved' ? 302 : request.url?.startsWith('/quotes') ? 200 : 500
    response.end('rows')
  })
  let url = ''
  before(async () => {
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    assert.ok(typeof address === 'object' && address)
    url = `http://127.0.0.1:${address.port}`
  })
  after(() => {
    server.closeAllConnections()
    server.close()
  })

  it('is named without what its query holds', async () => {
    const input = await textSource(`${url}/quotes?key=secret`).latest()
    assert.deepEqual(input, { source: `${url}/quotes`, text: 'rows' })
    assert.equal(withoutSecrets('https://user:word@host.example:8/path?key=1#part'), 'https://host.example:8/path')
  })

  it('is refused with another status, too many bytes, a redirection, and when it does not answer', async () => {
    await assert.rejects(textSource(`${url}/other?key=secret`).latest(), (error) => {
      assert.ok(error instanceof FetchError)
      assert.match(error.message, /status 500/)
      assert.doesNotMatch(error.message, /secret/)
      return true
    })
    await assert.rejects(fetchText(`${url}/quotes`, { timeoutMs: 5_000, maximumBytes: 3 }), /more than 3 bytes/)
    await assert.rejects(fetchText(`${url}/moved`, { timeoutMs: 5_000, maximumBytes: 9 }), FetchError)
    await assert.rejects(fetchText(`${url}/silent`, { timeoutMs: 50, maximumBytes: 9 }), FetchError)
    assert.deepEqual(await fetchText(`${url}/quotes`, { timeoutMs: 5_000, maximumBytes: 4 }), {
      status: 200,
      text: 'rows',
    })
  })
})
