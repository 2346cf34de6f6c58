import { describe, expect, test } from 'vitest'
import { ConfigError } from '../../config/errors.ts'
import { parseWeirConfig } from '../../config/weir-config.ts'

/** What the operator is told about a WEIR_CONFIG. */
function complaint(config: unknown): string {
  const text = typeof config === 'string' ? config : JSON.stringify(config)
  try {
    parseWeirConfig(text)
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError)
    return String(error)
  }
  return 'accepted'
}

const acme = { base_url: 'https://ai.acme.example/v1', api_key_env: 'ACME_API_KEY', speaks: ['openai-chat'] }

describe('WEIR_CONFIG is read', () => {
  test('with the example of the design', () => {
    const config = parseWeirConfig(
      JSON.stringify({
        providers: { acme: { ...acme, name: 'Acme Medical AI', region: 'cn' } },
        models: { 'acme-med': { provider: 'acme', context: 32768, max_output: 8192 } },
        routes: {
          'best-chat': { strategy: 'priority', candidates: ['openai/gpt-5.2', 'alibaba/qwen3-max'] },
        },
      }),
    )
    expect(config.providers['acme']?.base_url).toBe('https://ai.acme.example/v1')
    expect(config.routes['best-chat']?.candidates).toEqual(['openai/gpt-5.2', 'alibaba/qwen3-max'])
  })

  test('with nothing in it', () => {
    expect(parseWeirConfig('{}')).toEqual({ providers: {}, models: {}, routes: {} })
  })

  test('with a provider that needs no key and has quirks', () => {
    const { api_key_env: _, ...keyless } = acme
    const quirks = { stream_options: false, max_tokens_fields: ['max_tokens'] }
    expect(complaint({ providers: { local: { ...keyless, quirks } } })).toBe('accepted')
  })
})

describe('WEIR_CONFIG is refused', () => {
  test.each([
    ['an unknown key', { provider: {} }, 'WEIR_CONFIG: Unrecognized key: "provider"'],
    [
      'an unknown key in a provider',
      { providers: { acme: { ...acme, api_key: 'sk-1' } } },
      'WEIR_CONFIG: providers.acme: Unrecognized key: "api_key"',
    ],
    [
      'an address that is no web address',
      { providers: { acme: { ...acme, base_url: 'ftp://acme.example' } } },
      'WEIR_CONFIG: providers.acme.base_url: must be an http or https URL',
    ],
    [
      'a dialect that is not known',
      { providers: { acme: { ...acme, speaks: ['smtp'] } } },
      'WEIR_CONFIG: providers.acme.speaks.0: Invalid option: expected one of "openai-chat"|"openai-responses"|"anthropic-messages"|"gemini"',
    ],
    [
      'a provider id with capitals',
      { providers: { Acme: acme } },
      'WEIR_CONFIG: providers.Acme: must be 1 to 40 characters of a-z, 0-9 and -',
    ],
    [
      'a route without candidates',
      { routes: { best: { strategy: 'priority', candidates: [] } } },
      'WEIR_CONFIG: routes.best.candidates: Too small: expected array to have >=1 items',
    ],
    [
      'a strategy that is not there yet',
      { routes: { best: { strategy: 'cheapest', candidates: ['gpt-5.2'] } } },
      'WEIR_CONFIG: routes.best.strategy: Invalid input: expected "priority"',
    ],
  ])('for %s', (_, config, message) => {
    expect(complaint(config)).toBe(`ConfigError: ${message}`)
  })

  test('with every problem at once', () => {
    const lines = complaint({ providers: { acme: { ...acme, base_url: 'x', speaks: [] } } }).split('\n')
    expect(lines).toHaveLength(2)
  })

  test('for a slip in the JSON, with its place', () => {
    expect(complaint('{\n  "models": {} "routes": {}\n}')).toBe(
      'ConfigError: WEIR_CONFIG is not valid JSON (line 2 column 16)',
    )
  })
})

describe('a secret in WEIR_CONFIG is never repeated', () => {
  const secret = 'sk-live-0123456789'

  test.each([
    ['in broken JSON', `{"providers": ${secret}}`],
    ['as the name of the environment variable', { providers: { acme: { ...acme, api_key_env: secret } } }],
    ['as an unknown field', { providers: { acme: { ...acme, api_key: secret } } }],
    ['in the address', { providers: { acme: { ...acme, base_url: `https://me:${secret}@acme.example` } } }],
    ['in place of a model', { models: { m: secret } }],
  ])('%s', (_, config) => {
    expect(complaint(config)).not.toContain(secret)
    expect(complaint(config)).toContain('ConfigError: WEIR_CONFIG')
  })
})
