import { request } from 'node:http'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { rawConnection } from '../../support/raw.ts'
import { expectFreeOfCharge, readRefusal } from '../../support/refusals.ts'
import { chat, type Tenant } from '../../support/tenant.ts'
import { describeHosts } from '../../support/world.ts'

/** Bodies that are refused for what they are made of: too many bytes, or encoded ones. */

const maxBytes = 1024 * 1024
const ofSize = (bytes: number) => {
  const [start = '', end = ''] = JSON.stringify({ ...chat({ words: 1 }), pad: '*' }).split('*')
  return `${start}${'x'.repeat(bytes - Buffer.byteLength(start + end))}${end}`
}

describeHosts(
  'a body',
  (world) => {
    const head = ({ key }: Tenant, more: string) =>
      `POST /v1/chat/completions HTTP/1.1\r\nhost: weir\r\nauthorization: Bearer ${key}\r\ncontent-type: application/json\r\n${more}\r\n\r\n`

    test('of as many bytes as are allowed is sent on', async () => {
      const tenant = await world().tenant()
      const body = ofSize(maxBytes)
      expect(Buffer.byteLength(body)).toBe(maxBytes)
      const answer = await tenant.post(body)
      expect(answer.status, await answer.text()).toBe(200)
    })

    test.each([maxBytes + 1, 32 * maxBytes])('of %i bytes is too large', async (bytes) => {
      const tenant = await world().tenant()
      await expectFreeOfCharge(world(), tenant, async () => {
        const answer = await tenant.post(ofSize(bytes)).catch((error: unknown) => error)
        // workerd itself cuts the connection where much was left unread; at Cloudflare, its edge stands in between.
        if (!(answer instanceof Response) && world().host === 'workerd' && bytes > 2 * maxBytes) return
        if (!(answer instanceof Response)) throw answer
        expect(await readRefusal(answer)).toMatchObject({ status: 413, code: 'request_too_large' })
      })
    })

    test('is refused by its content-length, before it is sent', async () => {
      const tenant = await world().tenant()
      await expectFreeOfCharge(world(), tenant, async () => {
        const connection = await rawConnection(world().gateway.url)
        connection.write(head(tenant, `content-length: ${maxBytes + 1}`))
        const { status, body } = await connection.answer()
        expect({ status, code: JSON.parse(body.toString()).error.code }).toEqual({
          status: 413,
          code: 'request_too_large',
        })
        connection.destroy()
      })
    })

    test('in chunks is refused where it grows too large, and the caller is told', async () => {
      const tenant = await world().tenant()
      await expectFreeOfCharge(world(), tenant, async () => {
        const url = `${world().gateway.url}/v1/chat/completions`
        const { status, text } = await new Promise<{ status: number | undefined; text: string }>(
          (resolve, reject) => {
            const sending = request(
              url,
              { method: 'POST', headers: { authorization: `Bearer ${tenant.key}` } },
              (answer) => {
                let text = ''
                answer.on('data', (bytes: Buffer) => (text += bytes.toString()))
                answer.on('end', () => resolve({ status: answer.statusCode, text }))
              },
            )
            sending.on('error', reject)
            const chunk = Buffer.alloc(64 * 1024, 0x20)
            for (let sent = 0; sent <= maxBytes; sent += chunk.length) sending.write(chunk)
            // Never ended: the gateway must answer all the same.
          },
        )
        expect(status, text).toBe(413)
        expect(text).toContain('request_too_large')
      })
    })

    test('in chunks that fit is read', async () => {
      const tenant = await world().tenant()
      const connection = await rawConnection(world().gateway.url)
      connection.write(head(tenant, 'transfer-encoding: chunked'))
      for (const byte of Buffer.from(JSON.stringify(chat({ text: 'Chunked.' }))))
        connection.write(Buffer.from([...Buffer.from('1\r\n'), byte, ...Buffer.from('\r\n')]))
      connection.write('0\r\n\r\n')
      const { status, body } = await connection.answer()
      expect({ status, text: body.toString() }).toEqual({
        status: 200,
        text: expect.stringContaining('Chunked.'),
      })
      connection.destroy()
    })

    test.each(['gzip', 'br', 'deflate', 'zstd', 'GZIP', 'identity, gzip'])(
      'in %s is refused',
      async (encoding) => {
        const tenant = await world().tenant()
        await expectFreeOfCharge(world(), tenant, async () => {
          const body = Uint8Array.from(gzipSync(JSON.stringify(chat())))
          const answer = await tenant.post(body, { headers: { 'content-encoding': encoding } })
          expect(await readRefusal(answer)).toMatchObject({ status: 415, code: 'unsupported_encoding' })
        })
      },
    )

    test('refused unread is not taken for the next request', async () => {
      const tenant = await world().tenant()
      const inner = head(tenant, 'content-length: 2')
      for (const refusedHead of [
        head(tenant, `content-encoding: gzip\r\ncontent-length: ${inner.length + 2}`),
        head({ ...tenant, key: 'wrong' } as Tenant, `content-length: ${inner.length + 2}`),
      ]) {
        const connection = await rawConnection(world().gateway.url)
        connection.write(`${refusedHead}${inner}{}`)
        const first = await connection.answer()
        expect([401, 415]).toContain(first.status)
        connection.write(
          `GET /v1/models/acme-chat HTTP/1.1\r\nhost: weir\r\nauthorization: Bearer ${tenant.key}\r\n\r\n`,
        )
        const second = await connection.answer().catch(() => undefined)
        // Either the connection was closed, or what comes next is the answer to what was asked next.
        if (second) expect(JSON.parse(second.body.toString())).toMatchObject({ id: 'acme-chat' })
        connection.destroy()
      }
      expect(await tenant.rows()).toEqual([])
    })

    test('that is announced and never comes holds nothing', async () => {
      const tenant = await world().tenant()
      const connection = await rawConnection(world().gateway.url)
      connection.write(`${head(tenant, 'content-length: 500')}{"model":`)
      expect(await tenant.held()).toBe(0)
      connection.destroy()
      const next = await tenant.post(chat())
      expect(next.status).toBe(200)
      await tenant.settled(1)
    })

    test('of a caller that waits for 100-continue is asked for', async () => {
      const tenant = await world().tenant()
      const connection = await rawConnection(world().gateway.url)
      const body = JSON.stringify(chat({ text: 'Go on.' }))
      connection.write(head(tenant, `expect: 100-continue\r\ncontent-length: ${Buffer.byteLength(body)}`))
      connection.write(body)
      expect((await connection.answer()).status).toBe(200)
      connection.destroy()
    })
  },
  { WEIR_MAX_BODY_MB: '1' },
)
