import { spawnSync } from 'node:child_process'

/** Sees to the programs that tests need beside npm's packages: installs what is missing where apt can, else says what to install. */

interface Tool {
  readonly command: string
  readonly debianPackage: string
  /** Major and minor. */
  readonly atLeast: readonly [number, number]
}

const tools: readonly Tool[] = [{ command: 'redis-server', debianPackage: 'redis-server', atLeast: [6, 2] }]

/** Where no policy of services stands, one that starts none does meanwhile, so that no service of a package is left running. */
const installScript = `
export DEBIAN_FRONTEND=noninteractive
policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ]; then
  trap 'rm -f $policy' EXIT
  trap 'exit 1' HUP INT TERM
  printf '#!/bin/sh\\nexit 101\\n' > $policy && chmod 755 $policy || exit 1
fi
install() { apt-get install -y --no-install-recommends -o DPkg::Lock::Timeout=120 "$@"; }
install "$@" || { apt-get update && install "$@"; }
`

function isThere({ command, atLeast: [major, minor] }: Tool): boolean {
  const { stdout } = spawnSync(command, ['--version'], { encoding: 'utf8' })
  const found = /(\d+)\.(\d+)/.exec(stdout ?? '')
  if (!found) return false
  const [foundMajor, foundMinor] = [Number(found[1]), Number(found[2])]
  return foundMajor > major || (foundMajor === major && foundMinor >= minor)
}

function install(missing: readonly Tool[]): void {
  const packages = missing.map(({ debianPackage }) => debianPackage)
  console.error(`Tests need ${describe(missing)}: asking apt for it.`)
  const command = ['sh', '-c', installScript, 'install', ...packages]
  const [program = '', ...rest] = process.getuid?.() === 0 ? command : ['sudo', '-n', ...command]
  // Both of its streams go to stderr: stdout is for the tests.
  spawnSync(program, rest, { stdio: ['ignore', 2, 2] })
}

function describe(some: readonly Tool[]): string {
  return some.map(({ command, atLeast }) => `${command} ${atLeast.join('.')} or newer`).join(', ')
}

const missing = tools.filter((tool) => !isThere(tool))
if (missing.length > 0) {
  install(missing)
  const still = missing.filter((tool) => !isThere(tool))
  if (still.length > 0) {
    const packages = still.map(({ debianPackage }) => debianPackage).join(' ')
    console.error(
      `Tests need ${describe(still)} on the PATH. Install it, on Debian or Ubuntu with: apt-get install ${packages}`,
    )
    process.exitCode = 1
  }
}
