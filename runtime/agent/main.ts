#!/usr/bin/env node
// The SDK's notice would be the first thing a user sees; README recommends Node 22 in its place.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';

const { runCommandLine } = await import('./command-line.js');
process.exitCode = await runCommandLine(process.argv.slice(2));

// Left to end by itself, Node stops listening for signals some milliseconds before it is gone: a Ctrl-C in between would
// make a finished run look like a killed one.
for (const stream of [process.stdout, process.stderr]) {
  await new Promise<void>((resolve) => stream.write('', () => resolve()));
}
process.exit();
