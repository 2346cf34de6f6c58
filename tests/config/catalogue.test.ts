import { describe, expect, test } from 'vitest'
import { loadCatalogue } from '../../config/catalogue.ts'
import { parseWeirConfig } from '../../config/weir-config.ts'
import type { Offer } from '../../src/core/catalogue.ts'

function load(config: object): ReturnType<typeof loadCatalogue> {
  return loadCatalogue({ overlay: parseWeirConfig(JSON.stringify(config)) })
}

function offers(config: object, model: string): readonly Offer[] {
  return load(config).models.get(model) ?? []
}

const price = { currency: 'USD', per_million: { input: 1, output: 2 } }
const acmeMed = { provider: 'acme', upstream: 'med-70b', context: 32768, max_output: 8192 }

describe('a model in WEIR_CONFIG', () => {
  test('is added with what it says, and with defaults for what it does not', () => {
    expect(offers({ models: { 'acme-med': acmeMed } }, 'acme-med')).toEqual([
      {
        model: 'acme-med',
        provider: 'acme',
        upstream: 'med-70b',
        name: 'acme-med',
        contextTokens: 32768,
        maxOutputTokens: 8192,
        imageTokens: 16384,
        tags: [],
        free: false,
        cards: [],
      },
    ])
  })

  test('is offered after the catalogue, if it has a name of the catalogue and another provider', () => {
    const both = offers({ models: { 'gpt-5.2': { ...acmeMed, price } } }, 'gpt-5.2')
    expect(both.map(({ provider, upstream }) => [provider, upstream])).toEqual([
      ['openai', 'gpt-5.2'],
      ['azure-openai', 'gpt-5.2'],
      ['acme', 'med-70b'],
    ])
  })

  test('overrides the catalogue field by field, if it names no provider', () => {
    const [shipped] = offers({}, 'gpt-5.2')
    const [overridden] = offers({ models: { 'gpt-5.2': { max_output: 1000, tags: ['slow'] } } }, 'gpt-5.2')
    expect(overridden).toEqual({ ...shipped, maxOutputTokens: 1000, tags: ['slow'] })
  })

  test('overrides the name of a deployment on Azure', () => {
    const models = { 'gpt-5.2': { provider: 'azure-openai', upstream: 'our-gpt' } }
    expect(offers({ models }, 'gpt-5.2').map(({ upstream }) => upstream)).toEqual(['gpt-5.2', 'our-gpt'])
  })

  test('overrides the price as a whole', () => {
    const [offer] = offers({ models: { 'gpt-5.2': { price } } }, 'gpt-5.2')
    expect(offer?.cards.map(({ rates }) => rates)).toEqual([
      {
        input: 1_000_000,
        cachedInput: 1_000_000,
        cacheWrite: 1_000_000,
        inputAudio: 1_000_000,
        output: 2_000_000,
        outputAudio: 2_000_000,
      },
    ])
  })

  test('overrides only the provider that it names', () => {
    const models = { 'gpt-5.2': { provider: 'openai', free: true } }
    expect(offers({ models }, 'gpt-5.2')).toMatchObject([
      { provider: 'openai', free: true },
      { provider: 'azure-openai', free: false },
    ])
  })

  test.each([
    [
      'that names no provider and is not in the catalogue',
      { 'acme-med': { context: 1 } },
      'WEIR_CONFIG: models.acme-med.provider: must be there, as nobody sells a model of this name',
    ],
    [
      'without a context',
      { 'acme-med': { provider: 'acme', max_output: 1 } },
      'acme/acme-med: context: Invalid input: expected number, received undefined',
    ],
    [
      'with a longer output than its context',
      { 'acme-med': { ...acmeMed, max_output: 40000 } },
      'acme/acme-med: max_output: must not be above context',
    ],
    [
      'that overrides so that the output is longer than the context',
      { 'gpt-5.2': { context: 1000 } },
      'openai/gpt-5.2: max_output: must not be above context',
    ],
    [
      'with a field that is spelt wrong',
      { 'gpt-5.2': { contxt: 1 } },
      'openai/gpt-5.2: Unrecognized key: "contxt"',
    ],
  ])('%s is refused', (_, models, message) => {
    expect(() => load({ models })).toThrow(message)
  })
})

describe('a route in WEIR_CONFIG', () => {
  const route = (...candidates: string[]): object => ({ strategy: 'priority', candidates })

  test('names models, with their provider or without', () => {
    const routes = { best: route('openai/gpt-5.2', 'qwen3-max', 'acme/acme-med') }
    const catalogue = load({ models: { 'acme-med': acmeMed }, routes })
    expect(catalogue.routes.get('best')).toEqual(routes.best)
  })

  test.each([
    [
      'a model that is not there',
      { best: route('gpt-0') },
      'WEIR_CONFIG: routes.best: nobody sells the candidate gpt-0',
    ],
    [
      'a provider that does not sell it',
      { best: route('deepseek/gpt-5.2') },
      'the candidate deepseek/gpt-5.2',
    ],
    [
      'another route',
      { best: route('fast'), fast: route('gpt-5.2') },
      'routes.best: nobody sells the candidate fast',
    ],
  ])('to %s is refused', (_, routes, message) => {
    expect(() => load({ routes })).toThrow(message)
  })

  test.each(['gpt-5.2', 'openai/gpt-5.2'])('with the name of a model, %s, is refused', (name) => {
    expect(() => load({ routes: { [name]: route('gpt-5.2') } })).toThrow(
      `WEIR_CONFIG: routes.${name}: is the name of a model already`,
    )
  })
})
