import { describe, expect, test } from 'vitest'
import { readSettings } from '../src/settings.ts'

describe('settings', () => {
  const defaults = {
    port: 8787,
    host: '127.0.0.1',
    dataFolder: '.weir',
    ledger: 'sqlite',
    archiveFolder: '.weir/archive',
    retentionMs: undefined,
    adminKey: undefined,
    config: undefined,
    maxBodyBytes: 20 * 1024 * 1024,
    leaseSeconds: 120,
    durability: 'normal',
    firstByteSeconds: 600,
    idleSeconds: 120,
    totalSeconds: 3600,
    logLevel: 'info',
  }

  test('have the defaults that DESIGN.md names', () => expect(readSettings({})).toEqual(defaults))

  test('that are empty are as good as absent, and what is not ours is not looked at', () => {
    expect(
      readSettings({ PORT: '', WEIR_ADMIN_KEY: '', HOST: undefined, OPENAI_API_KEY: 5, LEDGERS: {} }),
    ).toEqual(defaults)
  })

  test('are read from their names', () => {
    const environment = {
      PORT: '0',
      HOST: '0.0.0.0',
      WEIR_DATA: '/data',
      WEIR_LEDGER: 'rediss+cluster://:secret@redis.example:6380',
      WEIR_ARCHIVE: '/archive',
      WEIR_RETENTION_DAYS: '90',
      WEIR_ADMIN_KEY: 'a'.repeat(16),
      WEIR_CONFIG: 'weir.json',
      WEIR_MAX_BODY_MB: '0.5',
      WEIR_LEASE_SECONDS: '30',
      WEIR_DURABILITY: 'full',
      WEIR_FIRST_BYTE_SECONDS: '1',
      WEIR_IDLE_SECONDS: '2',
      WEIR_TOTAL_SECONDS: '3.5',
      LOG_LEVEL: 'silent',
    }
    expect(readSettings(environment)).toEqual({
      port: 0,
      host: '0.0.0.0',
      dataFolder: '/data',
      ledger: 'rediss+cluster://:secret@redis.example:6380',
      archiveFolder: '/archive',
      retentionMs: 90 * 86_400_000,
      adminKey: 'a'.repeat(16),
      config: 'weir.json',
      maxBodyBytes: 512 * 1024,
      leaseSeconds: 30,
      durability: 'full',
      firstByteSeconds: 1,
      idleSeconds: 2,
      totalSeconds: 3.5,
      logLevel: 'silent',
    })
  })

  test.each([
    ['PORT', '65536'],
    ['PORT', '80.5'],
    ['PORT', 'http'],
    ['WEIR_LEDGER', 'mysql://secret'],
    ['WEIR_LEDGER', 'redis:/secret'],
    ['WEIR_RETENTION_DAYS', '0'],
    ['WEIR_RETENTION_DAYS', '1.5'],
    ['WEIR_ADMIN_KEY', 'short-secret'],
    ['WEIR_MAX_BODY_MB', '0'],
    ['WEIR_LEASE_SECONDS', '-1'],
    ['WEIR_LEASE_SECONDS', '1e9'],
    ['WEIR_DURABILITY', 'none-secret'],
    ['WEIR_IDLE_SECONDS', 'NaN'],
    ['WEIR_TOTAL_SECONDS', 'Infinity'],
    ['LOG_LEVEL', 'loud-secret'],
    ['WEIR_CONFIG', { secret: true }],
  ])('%s of %j is refused by its name, and its value is not told', (name, value) => {
    const refusal = (() => {
      try {
        return readSettings({ [name]: value })
      } catch (error) {
        return String(error)
      }
    })()
    expect(refusal).toContain(`Settings are wrong. ${name}: `)
    expect(refusal).not.toContain('secret')
  })

  test('that are wrong are named all at once', () => {
    expect(() => readSettings({ PORT: 'x', LOG_LEVEL: 'x' })).toThrow(/PORT: .*; LOG_LEVEL: /)
  })
})
