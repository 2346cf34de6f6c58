import { describe, expect, test } from 'vitest'
import { readTags } from '../../src/pipeline/tags.ts'

describe('x-weir-tags', () => {
  test.each<[string | undefined, object]>([
    [undefined, {}],
    ['', {}],
    ['  ', {}],
    ['team=search', { team: 'search' }],
    [' team = search engine , env=prod:eu/1@a.b ', { team: 'search engine', env: 'prod:eu/1@a.b' }],
    ['__proto__=a', Object.fromEntries([['__proto__', 'a']])],
    [
      Array.from({ length: 10 }, (_, i) => `t${i}=1`).join(),
      Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`t${i}`, '1'])),
    ],
    [`${'n'.repeat(32)}=${'v'.repeat(64)}`, { ['n'.repeat(32)]: 'v'.repeat(64) }],
  ])('%s', (header, tags) => expect(readTags(header)).toEqual(tags))

  test.each([
    'team',
    '=search',
    'team=',
    'team=a,',
    'team=a,,env=b',
    'team=a,team=b',
    'team=a=b',
    'té=a',
    'team="a"',
    `${'n'.repeat(33)}=a`,
    `team=${'v'.repeat(65)}`,
    `team=${' '.repeat(14_000)}!`,
    `team=a${' '.repeat(1020)}`,
    Array.from({ length: 11 }, (_, i) => `t${i}=1`).join(),
  ])('%s is refused', (header) => {
    expect(() => readTags(header)).toThrow(
      expect.objectContaining({ code: 'invalid_request', details: { param: 'x-weir-tags' } }),
    )
  })
})
