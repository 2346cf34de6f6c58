import { expect, test } from 'vitest'
import { expectBooksToAgree } from '../../support/books.ts'
import { expectFreeOfCharge, readRefusal, sentInAll } from '../../support/refusals.ts'
import { describeHosts } from '../../support/world.ts'

/** Bodies that are refused before anything is held, each with the field at fault. */

const rest = '"model":"acme-chat","messages":[]'
const bad = (status: number, code: string, param: string | null) => ({ status, code, param })
const invalid = (param: string | null) => bad(400, 'invalid_request', param)

const noJson: Readonly<Record<string, string | Uint8Array<ArrayBuffer>>> = {
  'an empty body': '',
  'no JSON': 'model=acme-chat',
  'half of it': `{${rest}`,
  'more after it': `{${rest}} {}`,
  'a comma too many': `{${rest},}`,
  'single quotes': "{'model':'acme-chat'}",
  'a list': `[{${rest}}]`,
  'a text': '"acme-chat"',
  'a number': '7',
  null: 'null',
  'invalid UTF-8': Uint8Array.from([...Buffer.from(`{${rest},"user":"`), 0xc3, 0x28, ...Buffer.from('"}')]),
  'a byte order mark': `\uFEFF{${rest}}`,
  'UTF-16': Uint8Array.from(Buffer.from(`{${rest}}`, 'utf16le')),
  'a control character in a text': `{${rest},"user":"a\u0001"}`,
  'half of a multi-byte character': Uint8Array.from([...Buffer.from(`{${rest},"user":"`), 0xf0, 0x9f]),
}

/** Fields of the wrong type or size, and what they are called in the answer. */
const wrongFields: readonly (readonly [string, string])[] = [
  ['"messages":[]', 'model'],
  ['"model":5,"messages":[]', 'model'],
  ['"model":"","messages":[]', 'model'],
  ['"model":null,"messages":[]', 'model'],
  ['"model":["acme-chat"],"messages":[]', 'model'],
  ['"model":"acme-chat"', 'messages'],
  ['"model":"acme-chat","messages":"hi"', 'messages'],
  ['"model":"acme-chat","messages":{}', 'messages'],
  [`${rest},"stream":"true"`, 'stream'],
  [`${rest},"stream":1`, 'stream'],
  [`${rest},"stream_options":true`, 'stream_options'],
  [`${rest},"stream_options":[]`, 'stream_options'],
  [`${rest},"stream_options":{"include_usage":1}`, 'include_usage'],
  [`${rest},"max_tokens":"5"`, 'max_tokens'],
  [`${rest},"max_tokens":0`, 'max_tokens'],
  [`${rest},"max_tokens":-1`, 'max_tokens'],
  [`${rest},"max_tokens":1.5`, 'max_tokens'],
  [`${rest},"max_tokens":1e400`, 'max_tokens'],
  [`${rest},"max_tokens":99999999999`, 'max_tokens'],
  [`${rest},"max_completion_tokens":[]`, 'max_completion_tokens'],
  [`${rest},"max_tokens":5,"max_completion_tokens":5`, 'max_tokens'],
  [`${rest},"n":0`, 'n'],
  [`${rest},"n":1.5`, 'n'],
  [`${rest},"n":"2"`, 'n'],
  [`${rest},"n":129`, 'n'],
  [`${rest},"user":5`, 'user'],
  [`${rest},"safety_identifier":{}`, 'safety_identifier'],
  [`${rest},"prompt_cache_key":["k"]`, 'prompt_cache_key'],
  [`${rest},"tools":{}`, 'tools'],
  [`${rest},"tools":"web_search"`, 'tools'],
  [`${rest},"tools":[null]`, 'tools'],
  [`${rest},"tools":[{}]`, 'tools'],
]

/** What would buy or keep something that nobody can price or own. */
const unpriced: readonly (readonly [string, string])[] = [
  [`${rest},"tools":[{"type":"web_search"}]`, 'tools'],
  [`${rest},"tools":[{"type":"function","function":{"name":"f"}},{"type":"code_interpreter"}]`, 'tools'],
  [`${rest},"web_search_options":{}`, 'web_search_options'],
  [`${rest},"plugins":[{"id":"web"}]`, 'plugins'],
  [`${rest},"store":true`, 'store'],
  [`${rest},"store":"no"`, 'store'],
  [`${rest},"service_tier":"flex"`, 'service_tier'],
  [`${rest},"service_tier":"priority"`, 'service_tier'],
  [`${rest},"models":["gpt-5.2-pro"]`, 'models'],
  [`${rest},"best_of":5`, 'best_of'],
  [`${rest},"background":true`, 'background'],
  [`${rest},"previous_response_id":"resp_1"`, 'previous_response_id'],
  [`${rest},"conversation":"conv_1"`, 'conversation'],
  [`${rest},"prompt_cache_options":{"ttl":"24h"}`, 'prompt_cache_options'],
]

/** Governed fields that a provider might read in another way than the gateway. */
const disguised: readonly (readonly [string, string | null])[] = [
  [`${rest},"model":"gpt-5.2-pro"`, 'model'],
  [`${rest},"mod\\u0065l":"gpt-5.2-pro"`, 'model'],
  [`"m\\u006fdel":"acme-chat","messages":[]`, 'model'],
  [`${rest},"Model":"gpt-5.2-pro"`, 'model'],
  [`${rest},"MAX_TOKENS":9`, 'max_tokens'],
  [`${rest},"max_tokens":9,"max_tokens":90000`, 'max_tokens'],
  [`${rest},"Store":true`, 'store'],
  [`${rest},"\\u0073tore":true`, 'store'],
  [`${rest},"\u017ftore":true`, 'store'],
  [`${rest},"\\u017ftore":true`, 'store'],
  [`${rest},"max_to\u212aens":9`, 'max_tokens'],
  [`${rest},"N":5`, 'n'],
  [`${rest},"n":1,"n":1`, 'n'],
  [`${rest},"x":1,"x":2`, 'x'],
  [`${rest},"x":{"a":1,"b":{"c":1,"c":2}}`, null],
  [`${rest},"stream_options":{"include_usage":true,"include_usage":false}`, null],
  ['"model":"acme-chat","messages":[{"role":"user","role":"system","content":""}]', null],
  [`${rest},"__proto__":{"a":1,"a":2}`, null],
]

const nested = (depth: number) => `{${rest},"x":${'['.repeat(depth)}${']'.repeat(depth)}}`

describeHosts('a bad request', (world) => {
  async function refused(body: string | Uint8Array<ArrayBuffer>, expected: ReturnType<typeof bad>) {
    const tenant = await world().tenant()
    await expectFreeOfCharge(world(), tenant, async () => {
      const answer = await tenant.post(body)
      expect(answer.headers.get('x-should-retry')).toBe('false')
      const { status, code, param, message } = await readRefusal(answer)
      expect({ status, code, param }, message).toEqual(expected)
    })
  }

  test.each(Object.entries(noJson))('%s is no JSON object in UTF-8', (_, body) =>
    refused(body, invalid(null)),
  )

  test.each(wrongFields)('{%s} is refused for %s', (fields, param) => refused(`{${fields}}`, invalid(param)))

  test.each(unpriced)('{%s} would buy what has no price', (fields, param) =>
    refused(`{${fields}}`, invalid(param)),
  )

  test.each(disguised)('{%s} hides a field', (fields, param) => refused(`{${fields}}`, invalid(param)))

  test.each([101, 10_000, 1_000_000])('a body of %i levels is refused', (depth) =>
    refused(nested(depth), invalid(null)),
  )

  test('ids of files and audio were issued to nobody here', async () => {
    const file =
      '{"model":"acme-chat","messages":[{"role":"user","content":[{"type":"file","file":{"file_id":"file-1"}}]}]}'
    await refused(file, bad(404, 'not_found', 'file_id'))
    const audio = '{"model":"acme-chat","messages":[{"role":"assistant","audio":{"id":"audio_1"}}]}'
    await refused(audio, bad(404, 'not_found', 'audio'))
  })

  test('tags that are no tags are refused', async () => {
    const tenant = await world().tenant()
    await expectFreeOfCharge(world(), tenant, async () => {
      for (const tags of [
        'team',
        'a=1,a=2',
        'a==b',
        `a=${'x'.repeat(65)}`,
        Array.from({ length: 11 }, (_, i) => `t${i}=1`).join(),
      ]) {
        const answer = await tenant.post(`{${rest}}`, { headers: { 'x-weir-tags': tags } })
        expect(await readRefusal(answer)).toMatchObject({ status: 400, param: 'x-weir-tags' })
      }
    })
  })

  test('what a provider alone sells beyond tokens is refused for that provider', async () => {
    const tenant = await world().tenant()
    const sent = sentInAll(world())
    const fields = [
      ['qwen3-max', 'enable_search'],
      ['qwen3-max', 'Enable_Search'],
      ['qwen3-max', 'enable_\u017fearch'],
      ['qwen3-max', 'search_options'],
      ['deepseek-flash', 'USER_ID'],
    ] as const
    for (const [model, field] of fields) {
      const { status, code, param } = await readRefusal(
        await tenant.post({ model, messages: [], [field]: {} }),
      )
      const plain = field.replace('\u017f', 's').toLowerCase()
      expect({ status, code, param }).toEqual(bad(400, 'invalid_request', plain))
    }
    expect(await tenant.held()).toBe(0)
    expect(sentInAll(world())).toBe(sent)
    expect(await tenant.rows()).toEqual([])
    await expectBooksToAgree(tenant)
  })
})
