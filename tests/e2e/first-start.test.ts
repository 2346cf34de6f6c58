import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { adminClient } from '../http/admin/client.ts'
import { startGateway } from '../support/gateway.ts'

/** What an operator sees who starts it for the first time, with no setting at all. */

test('the first start tells keys and a curl line that work as they stand; later ones tell none', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'weir-first-'))
  try {
    const first = await startGateway({ folder, firstStart: true })
    await expect.poll(() => first.output()).toMatch(/^ *curl .*\n/m)
    const told = first.output()
    const curl = /^ *(curl .*)$/m.exec(told)?.[1] ?? ''
    const answer = JSON.parse(execFileSync('sh', ['-c', `${curl} --silent --show-error`]).toString()) as {
      choices: { message: { content: string } }[]
    }
    expect(answer.choices[0]?.message.content).toMatch(/simulated/)
    const adminKey = /admin key +(\S+)/.exec(told)?.[1] ?? ''
    const callerKey = /caller key +(\S+)/.exec(told)?.[1] ?? ''
    expect(await adminClient(first.url, adminKey)('GET', '/orgs')).toMatchObject({
      body: { data: [{ slug: 'demo' }] },
    })
    expect(await adminClient(first.url, adminKey)('GET', '/usage?org=demo')).toMatchObject({
      body: { data: [{ requests: 1 }] },
    })
    await first.stop()

    const second = await startGateway({ folder, firstStart: true })
    expect(second.output()).not.toMatch(/key|curl|wr_|wradm_/)
    const headers = { authorization: `Bearer ${callerKey}` }
    expect((await fetch(`${second.url}/v1/models`, { headers })).status).toBe(200)
    expect(await adminClient(second.url, adminKey)('GET', '/orgs')).toMatchObject({ status: 200 })
    await second.stop()
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

test.each([
  [{ PORT: 'eighty' }, 'PORT'],
  [{ WEIR_ADMIN_KEY: 'short-canary' }, 'WEIR_ADMIN_KEY'],
  [{ WEIR_CONFIG: '/no/such/weir.json' }, '/no/such/weir.json'],
  [{ WEIR_LEASE_SECONDS: '0' }, 'WEIR_LEASE_SECONDS'],
  [{ OPENAI_API_KEY: 'sk-canary', OPENAI_BASE_URL: 'ftp://canary' }, 'OPENAI_BASE_URL'],
])('with %o it refuses to start, names what is wrong, and not its value', async (env, named) => {
  const folder = mkdtempSync(join(tmpdir(), 'weir-wrong-'))
  const child = spawn(process.execPath, ['src/node.ts'], {
    env: { PATH: process.env['PATH'], PORT: '0', WEIR_DATA: folder, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (bytes: Buffer) => (said += bytes.toString()))
  const [code] = (await once(child, 'close')) as [number]
  rmSync(folder, { recursive: true, force: true })
  expect(code).toBe(1)
  expect(said).toContain(named)
  expect(said).not.toMatch(/canary|listens/)
})
