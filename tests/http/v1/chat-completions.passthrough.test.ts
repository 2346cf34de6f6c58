import { expect, test } from 'vitest'
import { chat } from '../../support/tenant.ts'
import { describeHosts, models, providerNames } from '../../support/world.ts'

/** What a provider gets is what the caller sent, and the other way round, but for the few edits that are allowed. */

describeHosts('passthrough', (world) => {
  /** Sends a body as it stands, and answers with what reached the provider. */
  async function sentUp(body: string, provider: (typeof providerNames)[number] = 'acme') {
    const tenant = await world().tenant()
    const simulator = world().simulators[provider]
    const before = simulator.requests.length
    const answer = await tenant.post(body)
    const bytes = Buffer.from(await answer.arrayBuffer())
    expect({ status: answer.status, text: answer.ok ? '' : bytes.toString() }).toEqual({
      status: 200,
      text: '',
    })
    const up = simulator.requests[before]?.bodyBytes.toString()
    return { tenant, answer, bytes, up, down: simulator.lastAnswer(before) }
  }

  test('key order, white space, unknown fields, number spellings, escapes and emoji survive', async () => {
    const rest = String.raw`
  "max_completion_tokens" :	1e2 ,"zeta":{"b":1.0,"a":-0.0,"big":12345678901234567890123,"tiny":1E-7},
  "messages":[ {"content":"\u0048i 🌊 \ud83c\udf0a \/ \"é\" \n {\"model\":\"x\"}","role":"user","vendor":null} ],
  "temperature":1.0,"n":1.0,"logit_bias":{"50256":-100,"7":1e1},"stop":["\\","}",":"],"":0, "alpha" : [ ], "ünknown":true,
  "stream":false`
    const { up } = await sentUp(` {"model":"acme-chat",${rest}} \n`)
    expect(up).toBe(` {"model":"chat-70b",${rest}} \n`)
  })

  test('the model’s name is replaced where it stands, and left alone where it is right already', async () => {
    const after = ',"messages":[],"max_tokens":5}'
    const { up } = await sentUp(String.raw`{"stop":"\"model\":1","model" :	"acm\u0065-chat"${after}`)
    expect(up).toBe(String.raw`{"stop":"\"model\":1","model" :	"chat-70b"${after}`)
    const same = String.raw`{"model":"gpt\u002d4.1"${after}`
    expect((await sentUp(same, 'openai')).up).toBe(same)
    const named = await sentUp(`{"model":"openai/gpt-4.1"${after}`, 'openai')
    expect(named.up).toBe(`{"model":"gpt-4.1"${after}`)
  })

  test('an output cap is put in where there is none, and renamed where the provider knows it by another name', async () => {
    const acme = await sentUp('{"model":"acme-chat","messages":[]}')
    expect(acme.up).toBe('{"max_completion_tokens":8192,"model":"chat-70b","messages":[]}')
    const capped = '{"messages":[],"max_completion_tokens" : 7,"model":"deepseek-flash"}'
    const renamed = capped.replace('max_completion_tokens', 'max_tokens')
    expect((await sentUp(capped, 'deepseek')).up).toBe(renamed)
    const emptied = '{"messages":[],"max_completion_tokens" : null,"model":"acme-chat"}'
    const filled = '{"messages":[],"max_completion_tokens" : 8192,"model":"chat-70b"}'
    expect((await sentUp(emptied)).up).toBe(filled)
  })

  test('usage is asked for in every stream, and in no other call', async () => {
    const rest = '"model":"gpt-4.1","messages":[],"max_tokens":3'
    const asked = '"stream_options":{"include_usage":true}'
    const none = await sentUp(`{${rest},"stream":true}`, 'openai')
    expect(none.up).toBe(`{${asked},${rest},"stream":true}`)
    const off = await sentUp(
      `{${rest},"stream":true,"stream_options": {"include_usage":false,"x":"é"} }`,
      'openai',
    )
    expect(off.up).toBe(`{${rest},"stream":true,"stream_options": {"include_usage":true,"x":"é"} }`)
    const own = `{${rest},"stream":true,"stream_options": { "include_usage" :true} }`
    expect((await sentUp(own, 'openai')).up).toBe(own)
    expect((await sentUp(`{${rest},"stream":false}`, 'openai')).up).toBe(`{${rest},"stream":false}`)
  })

  test('ids of end users and of caches carry the org', async () => {
    const body = `{"user":"alice","model":"gpt-4.1","prompt_cache_key":"p\\"1","messages":[],"max_tokens":3,"safety_identifier":"é"}`
    const { up, tenant } = await sentUp(body, 'openai')
    const prefixed = body
      .replace('"alice"', `"${tenant.org}:alice"`)
      .replace('"p\\"1"', `"${tenant.org}:p\\"1"`)
      .replace('"é"', `"${tenant.org}:é"`)
    expect(up).toBe(prefixed)
    const long = 'x'.repeat(64)
    const [one, other] = [
      await sentUp(body.replace('alice', long), 'openai'),
      await sentUp(body.replace('alice', `${long}y`), 'openai'),
    ]
    const userOf = (text = '') => (JSON.parse(text) as { user: string }).user
    expect(userOf(one.up)).toMatch(new RegExp(`^${one.tenant.org}:[0-9a-f]{32}$`))
    expect(userOf(one.up).slice(-32)).not.toBe(userOf(other.up).slice(-32))
    const deepseek = await sentUp(
      '{"model":"deepseek-flash","messages":[],"max_tokens":3,"user_id":"bob"}',
      'deepseek',
    )
    expect(deepseek.up).toContain(`"user_id":"${deepseek.tenant.org}:bob"`)
  })

  test.each(providerNames)('an answer of %s comes down byte for byte, with its status', async (provider) => {
    for (const sim of [
      {},
      { tool_calls: true },
      { n: 2, reasoning_tokens: 3 },
      { keep_alives: 3 },
      { split: 'bytes' },
    ] as const) {
      const body = JSON.stringify({ ...chat(sim), model: models[provider], max_tokens: 64 })
      const { bytes, down, answer } = await sentUp(body, provider)
      expect(bytes.equals(down)).toBe(true)
      expect(answer.headers.get('content-type')).toBe('application/json')
    }
  })

  test('of the caller’s headers only the dialect’s own go up, with the operator’s key', async () => {
    const tenant = await world().tenant()
    const { openai } = world().simulators
    const before = openai.requests.length
    const answer = await tenant.post(
      { ...chat(), model: 'gpt-4.1' },
      {
        headers: {
          cookie: 'session=caller-cookie',
          'x-api-key': 'caller-x-api-key',
          'api-key': 'caller-api-key',
          'openai-organization': 'org-caller',
          'openai-project': 'proj_caller',
          'openai-beta': 'assistants=v2',
          traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
          'cf-connecting-ip': '203.0.113.7',
          'x-forwarded-for': '203.0.113.7',
          'user-agent': 'caller-agent',
          'accept-encoding': 'gzip, br',
          'x-stainless-lang': 'js',
          'x-weir-tags': 'team=search',
          referer: 'https://caller.example/',
          origin: 'https://caller.example',
        },
      },
    )
    expect(answer.status).toBe(200)
    const {
      host,
      'content-length': length,
      connection: _,
      ...headers
    } = openai.requests[before]?.headers ?? {}
    expect(headers).toEqual({
      authorization: `Bearer ${openai.key}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'accept-encoding': 'identity',
      'user-agent': 'weir',
      'openai-beta': 'assistants=v2',
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    })
    expect(openai.url).toContain(host)
    expect(Number(length)).toBe(openai.requests[before]?.bodyBytes.length)
  })

  test.each(providerNames)('of the headers of %s only the dialect’s own come down', async (provider) => {
    const tenant = await world().tenant()
    for (const stream of [false, true]) {
      const answer = await tenant.post({ ...chat({ words: 2 }), model: models[provider], stream })
      expect(await answer.text()).not.toBe('')
      const plain = ['connection', 'content-length', 'date', 'keep-alive', 'transfer-encoding']
      const ours = ['x-request-id', 'x-weir-provider', 'x-weir-model', 'x-weir-attempts', 'x-weir-cost']
      const limits = [...answer.headers.keys()].filter((name) => /^x-(ratelimit|weir-budget)-/.test(name))
      const theirs = ['content-type', 'cache-control', 'openai-processing-ms', 'openai-version']
      const allowed = new Set([...plain, ...ours, ...limits, ...theirs])
      expect([...answer.headers.keys()].filter((name) => !allowed.has(name))).toEqual([])
      expect(answer.headers.get('x-request-id')).toMatch(new RegExp(`^req_${tenant.org}_`))
      expect(answer.headers.get('x-weir-provider')).toBe(provider)
      // The operator's own rate limits are 10,000 and 2,000,000; the tenant's are a hundred times larger.
      expect(answer.headers.get('x-ratelimit-limit-requests')).toBe('1000000')
      expect(answer.headers.get('x-ratelimit-limit-tokens')).toBe('1000000000000')
      expect([...answer.headers].join()).not.toMatch(/operator|acw_tc|cf-ray/)
    }
  })
})
