/** One file per command; each registers itself on the program. */
import type { Command } from 'commander'

export const COMMANDS: readonly ((program: Command) => void)[] = []
