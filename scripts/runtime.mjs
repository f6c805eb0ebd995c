/**
 * Whether this Node.js runs TypeScript sources and the pinned toolchain without flags.
 * Odd releases are excluded: they are unsupported and some lack type stripping.
 * @param {string} version such as `22.18.0`
 */
export function runsTypeScript(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major >= 24 || (major === 22 && minor >= 18)
}
