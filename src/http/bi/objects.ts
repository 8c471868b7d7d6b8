import { COMMAND_COLUMNS, STATE_COLUMNS } from './columns.ts';
import type { Expansion } from './expansion.ts';
import { type DeployedObject, createObjectMakers } from './make-objects.ts';
import { PREFIX } from './names.ts';
import type { BiScriptOptions } from './script-request.ts';
import { replacingEngine } from './topology.ts';
import { selectElements, selectEvents, selectRoot } from './views.ts';

/** Every table and view in the order in which they can be made, but for the registry and the anchor. */
export function deployedObjects(
  options: BiScriptOptions,
  consumerIdentity: string,
  expansion: Expansion,
): readonly DeployedObject[] {
  const { inStore, view, consumer, store, ingress } = createObjectMakers(options, consumerIdentity);
  const newest = (section: string, name: string): DeployedObject =>
    view(section, name, `SELECT * FROM ${inStore(`${name}_store`)} FINAL`);
  const byVersion = replacingEngine(options, 'version');
  const [command, state, last] = [`${PREFIX}_command`, `${PREFIX}_state`, `${PREFIX}_state_last`];
  return [
    ...store(
      'commandStorage',
      `${command}_store`,
      COMMAND_COLUMNS,
      '"aggregate_id"',
      `${replacingEngine(options, null)}\n  PARTITION BY toYYYYMM("create_time")\n  ORDER BY "id"`,
    ),
    ...store(
      'stateStorage',
      `${state}_store`,
      STATE_COLUMNS,
      '"tenant_id", "aggregate_id"',
      `${byVersion}\n  PARTITION BY toYYYYMM("create_time")\n  ORDER BY ("tenant_id", "aggregate_id", "version")`,
    ),
    ...store(
      'stateLast',
      `${last}_store`,
      STATE_COLUMNS,
      '"tenant_id", "aggregate_id"',
      `${byVersion}\n  PARTITION BY toYYYYMM("first_event_time")\n  ORDER BY ("tenant_id", "aggregate_id")`,
    ),
    consumer('stateLast', `${last}_consumer`, `${last}_store`, `SELECT *\nFROM ${inStore(`${state}_store`)}`),
    newest('stateLast', last),
    view('expansion', `${last}_root`, selectRoot(expansion, inStore(last))),
    ...expansion.lists.map((list) =>
      view('expansion', `${last}_root_${list.alias}`, selectElements(list, expansion, inStore(last))),
    ),
    newest('commandPublic', command),
    newest('statePublic', state),
    view('statePublic', `${state}_event`, selectEvents(inStore(state))),
    ...ingress('commandIngress', 'command', command, COMMAND_COLUMNS),
    ...ingress('stateIngress', 'state', state, STATE_COLUMNS),
  ];
}
